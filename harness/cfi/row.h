/*
 * Call frame instructions (DWARF 5, section 6.4.2): they describe a table, of which one row is
 * wanted.
 */
#ifndef CLAB_ROW_H
#define CLAB_ROW_H

#include "architecture/dwarf.h"
#include "cfi/entry.h"

enum { CLAB_ROW_STATES = 32 /* that may be remembered at a time */ };

/* How a register of the caller is found. */
enum { CLAB_SAME = 0, CLAB_AT_OFFSET, CLAB_FROM_SP, CLAB_UNDEFINED, CLAB_OTHER };

struct clab_row {
  bool cfa_known;
  bool cfa_saved;     /* the CFA is the word at the stack pointer plus cfa_offset */
  bool return_signed; /* the return address holds a signature */
  uint16_t cfa_register;
  int64_t cfa_offset;
  uint8_t how[CLAB_REGISTERS];
  int64_t offset[CLAB_REGISTERS];
};

struct clab_rows {
  struct clab_row row;     /* the current one */
  struct clab_row initial; /* as the CIE leaves it: what a register is restored to */
  struct clab_row remembered[CLAB_ROW_STATES];
  uint64_t deepest; /* the largest distance of the CFA from the stack pointer in any row */
};

/* Executes the instructions of a function until their location passes `pc`; UINT64_MAX for all.
   False when there is anything that is not understood before that. Async-signal-safe: yes */
bool clab_rows_run(struct clab_rows *rows, const struct clab_fde *fde, uint64_t pc);

#endif
