/*
 * Call frame instructions against the rows and the rules that they describe: written by hand, read
 * as the unwinder reads them.
 */
#include "cfi/rule.h"
#include "checks.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)

enum {
  LONGEST = 32,
  CODE = 0x1000,
  CODE_SIZE = 0x100,
  RBX = 3,
  RBP = 6,
  RSP = 7,
  R12 = 12,
  RIP = 16
};

/* One program of instructions, and what its row says of one register at one place. CFA = rsp + 8
   and the return address at CFA - 8 come from the CIE. */
struct row_check {
  const char *what;
  uint8_t code[LONGEST];
  unsigned size;
  uint64_t pc; /* from the function's beginning */
  uint16_t cfa_register;
  int64_t cfa_offset;
  unsigned number;
  uint8_t how;
  int64_t offset;
};

static const struct row_check rows[] = {
    {"the common row", {0}, 0, 0, RSP, 8, RIP, CLAB_AT_OFFSET, -8},
    {"a save", {0x0e, 16, 0x8c, 2}, 4, 0, RSP, 16, R12, CLAB_AT_OFFSET, -16},
    {"a save beyond the place", {0x44, 0x8c, 2}, 3, 3, RSP, 8, R12, CLAB_SAME, 0},
    {"a save at the place", {0x44, 0x8c, 2}, 3, 4, RSP, 8, R12, CLAB_AT_OFFSET, -16},
    {"restore", {0x8c, 2, 0x44, 0xcc}, 4, 4, RSP, 8, R12, CLAB_SAME, 0},
    {"before the restore", {0x8c, 2, 0x44, 0xcc}, 4, 3, RSP, 8, R12, CLAB_AT_OFFSET, -16},
    {"restore of what the CIE says", {0x07, RIP, 0xd0}, 3, 0, RSP, 8, RIP, CLAB_AT_OFFSET, -8},
    {"restore_extended", {0x8c, 2, 0x06, R12}, 4, 0, RSP, 8, R12, CLAB_SAME, 0},
    {"remember and restore",
     {0x0e, 64, 0x8c, 2, 0x0a, 0x41, 0x0e, 8, 0xcc, 0x41, 0x0b},
     11,
     2,
     RSP,
     64,
     R12,
     CLAB_AT_OFFSET,
     -16},
    {"between remember and restore",
     {0x0e, 64, 0x8c, 2, 0x0a, 0x41, 0x0e, 8, 0xcc, 0x41, 0x0b},
     11,
     1,
     RSP,
     8,
     R12,
     CLAB_SAME,
     0},
    {"a CFA from the frame pointer",
     {0x0e, 16, 0x86, 2, 0x0d, RBP},
     6,
     0,
     RBP,
     16,
     RBP,
     CLAB_AT_OFFSET,
     -16},
    {"offset_extended", {0x05, R12, 3}, 3, 0, RSP, 8, R12, CLAB_AT_OFFSET, -24},
    {"offset_extended_sf", {0x11, R12, 0x03}, 3, 0, RSP, 8, R12, CLAB_AT_OFFSET, -24},
    {"def_cfa_sf", {0x12, RBP, 0x7e}, 3, 0, RBP, 16, RIP, CLAB_AT_OFFSET, -8},
    {"an expression of the stack pointer",
     {0x10, R12, 2, 0x77, 24},
     5,
     0,
     RSP,
     8,
     R12,
     CLAB_FROM_SP,
     24},
    {"another expression", {0x10, R12, 2, 0x73, 24}, 5, 0, RSP, 8, R12, CLAB_OTHER, 0},
    {"a value of an expression", {0x16, R12, 1, 0x9c}, 4, 0, RSP, 8, R12, CLAB_OTHER, 0},
    {"a register in another", {0x09, R12, RBX}, 3, 0, RSP, 8, R12, CLAB_OTHER, 0},
    {"same_value", {0x8c, 2, 0x08, R12}, 4, 0, RSP, 8, R12, CLAB_SAME, 0},
    {"a vector register is of no use", {0x91, 2, 0x8c, 3}, 4, 0, RSP, 8, R12, CLAB_AT_OFFSET, -24},
    {"advance_loc1 and 2",
     {0x02, 16, 0x8c, 2, 0x03, 16, 0, 0xcc},
     8,
     31,
     RSP,
     8,
     R12,
     CLAB_AT_OFFSET,
     -16},
};

/* Programs that are not understood. */
static const struct {
  uint8_t code[LONGEST];
  unsigned size;
} bad[] = {
    {{0x3f}, 1},                   /* no such instruction */
    {{0x0b}, 1},                   /* restores what was not remembered */
    {{0x8c}, 1},                   /* cut short */
    {{0x10, R12, 9, 0x77}, 4},     /* an expression longer than the record */
    {{0x04, 1, 2, 3}, 4},          /* the same */
    {{0x8c, 0xff, 0xff, 0xff}, 4}, /* a number without an end */
};

/* .eh_frame: a CIE and an FDE for [CODE, CODE + CODE_SIZE). */
static size_t put_section(uint8_t *out, const uint8_t *code, unsigned size) {
  static const uint8_t common[] = {20, 0,    0,   0, 0,    0,    0,   0, 1,    'z', 'R', 0,
                                   1,  0x78, RIP, 1, 0x00, 0x0c, RSP, 8, 0x90, 1,   0,   0};
  uint32_t length = 4 + 16 + 1 + size, back = sizeof common + 4;
  uint64_t start = CODE, extent = CODE_SIZE;
  uint8_t *at = out;
  memcpy(at, common, sizeof common);
  at += sizeof common;
  memcpy(at, &length, 4);
  memcpy(at + 4, &back, 4);
  memcpy(at + 8, &start, 8);
  memcpy(at + 16, &extent, 8);
  at[24] = 0; /* no augmentation data */
  memcpy(at + 25, code, size);
  return (size_t)(at + 25 + size - out);
}

static bool run(struct clab_prover *prover, const uint8_t *code, unsigned size, uint64_t pc) {
  static uint8_t section[128];
  struct clab_fde fde;
  uint64_t next, function;
  clab_code_init(&prover->code, NULL, false);
  prover->code.overlay = (struct clab_overlay){0x8000, put_section(section, code, size), section};
  return clab_entry_read(&prover->code, 0x8000, &prover->buffers, &fde, &function) ==
             CLAB_ENTRY_OTHER &&
         clab_entry_read(&prover->code, function, &prover->buffers, &fde, &next) ==
             CLAB_ENTRY_FUNCTION &&
         fde.start == CODE && fde.size == CODE_SIZE &&
         clab_rows_run(&prover->rows, &fde, CODE + pc);
}

void check_rows(void) {
  struct clab_prover *prover = calloc(1, sizeof *prover);
  for (unsigned i = 0; prover != NULL && i < sizeof rows / sizeof rows[0]; i++) {
    const struct row_check *wanted = &rows[i];
    const struct clab_row *row = &prover->rows.row;
    expect(run(prover, wanted->code, wanted->size, wanted->pc) &&
               row->cfa_register == wanted->cfa_register && row->cfa_offset == wanted->cfa_offset &&
               row->how[wanted->number] == wanted->how &&
               (wanted->how == CLAB_SAME || wanted->how == CLAB_OTHER ||
                row->offset[wanted->number] == wanted->offset),
           wanted->what);
  }
  for (unsigned i = 0; prover != NULL && i < sizeof bad / sizeof bad[0]; i++)
    expect(!run(prover, bad[i].code, bad[i].size, CODE_SIZE - 1), "a program that is none");
  free(prover);
}

#else

void check_rows(void) {}

#endif
