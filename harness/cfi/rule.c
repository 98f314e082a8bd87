#include "cfi/rule.h"

#include "cfi/table.h"

#include <string.h>

/* Offsets from the CFA that a rule may have: below it, and not absurdly far. */
static bool usable(int64_t offset) {
  return offset <= -(int64_t)sizeof(uint64_t) && offset >= -(INT64_C(1) << 26);
}

/* One layout is kept. */
static void keep_context(struct clab_prover *prover, const struct clab_context_layout *layout,
                         struct clab_rule *rule) {
  if (!prover->context.known)
    prover->context = *layout;
  if (memcmp(prover->context.offset, layout->offset, sizeof layout->offset) == 0)
    rule->kind = CLAB_RULE_CONTEXT;
}

/* Turns a signal frame's row into a rule, if all registers were saved together. */
static void conclude_context(struct clab_prover *prover, struct clab_rule *rule) {
  enum { MOST_OFFSET = 4096 };
  const struct clab_row *row = &prover->rows.row;
  struct clab_context_layout layout = {.known = true, .lowest = MOST_OFFSET};
  if (!row->cfa_saved || row->offset[CLAB_REG_SP] != row->cfa_offset)
    return;
  for (unsigned i = 0; i < CLAB_REGISTERS; i++) {
    int64_t offset = row->offset[i];
    if (row->how[i] != CLAB_FROM_SP || offset < 0 || offset > MOST_OFFSET)
      return;
    layout.offset[i] = (int32_t)offset;
    if (offset < layout.lowest)
      layout.lowest = (int32_t)offset;
    if (offset > layout.highest)
      layout.highest = (int32_t)offset;
  }
  keep_context(prover, &layout, rule);
}

/* Turns a row into a rule, if it is one of the provable kind. */
static void conclude(const struct clab_row *row, struct clab_rule *rule) {
  bool outermost = row->how[CLAB_REG_RETURN] == CLAB_UNDEFINED;
  if (outermost)
    rule->kind = CLAB_RULE_OUTERMOST;
  bool from_fp = row->cfa_register == CLAB_REG_FP;
  if (!row->cfa_known || (!from_fp && row->cfa_register != CLAB_REG_SP) || row->cfa_offset < 0 ||
      row->cfa_offset > (INT64_C(1) << 26))
    return;
  rule->return_signed = row->return_signed;
  rule->cfa_from_fp = from_fp;
  rule->cfa_offset = (int32_t)row->cfa_offset;
  if (outermost)
    return;
  if (row->how[CLAB_REG_RETURN] != CLAB_AT_OFFSET || !usable(row->offset[CLAB_REG_RETURN]))
    return;
  rule->return_offset = (int32_t)row->offset[CLAB_REG_RETURN];
  if (CLAB_RETURN_OFFSET(rule) != rule->return_offset)
    return;
  rule->lowest = rule->return_offset;
  unsigned changed = 0;
  for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++) {
    unsigned number = clab_saved_registers[i];
    rule->saved_offset[i] = rule->return_offset;
    if (row->how[number] == CLAB_SAME)
      continue;
    if (row->how[number] != CLAB_AT_OFFSET || !usable(row->offset[number]))
      return;
    changed++;
    rule->saved |= (uint16_t)(1u << i);
    rule->saved_offset[i] = (int32_t)row->offset[number];
    if (rule->saved_offset[i] < rule->lowest)
      rule->lowest = rule->saved_offset[i];
  }
  /* Any other register with a rule of its own is libunwind's. */
  for (unsigned i = 0; i < CLAB_REGISTERS; i++)
    if (i != CLAB_REG_RETURN && row->how[i] != CLAB_SAME)
      if (changed-- == 0)
        return;
  rule->kind = CLAB_RULE_PROVED;
}

/* The rule that an FDE gives for an address that it covers. */
static void prove(struct clab_prover *prover, const struct clab_fde *fde, uint64_t pc,
                  struct clab_rule *rule) {
  rule->kind = CLAB_RULE_STEP;
  rule->signal_frame = fde->cie.signal_frame;
  rule->last_byte = pc - fde->start == fde->size - 1;
  if ((int)fde->cie.frames_of != (int)CLAB_REG_RETURN || !clab_rows_run(&prover->rows, fde, pc))
    return;
  /* A signal frame may lie on another stack than its caller: never replayed. */
  if (rule->signal_frame)
    conclude_context(prover, rule);
  else
    conclude(&prover->rows.row, rule);
}

void clab_rule_prove(struct clab_prover *prover, const struct clab_image *image, uint64_t pc,
                     struct clab_rule *rule) {
  memset(rule, 0, sizeof *rule);
  if (image->eh_frame_header == 0)
    return;
  rule->kind = CLAB_RULE_STEP;
  uint64_t address, next;
  struct clab_fde fde;
  if (!clab_table_find(&prover->code, image, pc, &address))
    return;
  if (address == 0) {
    rule->kind = CLAB_RULE_NONE;
    return;
  }
  if (clab_entry_read(&prover->code, address, &prover->buffers, &fde, &next) != CLAB_ENTRY_FUNCTION)
    return;
  if (pc < fde.start || pc - fde.start >= fde.size) {
    rule->kind = CLAB_RULE_NONE;
    return;
  }
  prove(prover, &fde, pc, rule);
}

void clab_rule_prove_debug(struct clab_prover *prover, const struct clab_debug_frames *frames,
                           uint64_t pc, struct clab_rule *rule) {
  uint64_t address, next;
  struct clab_fde fde;
  memset(rule, 0, sizeof *rule);
  if (!clab_debug_frames_find(frames, pc, &address))
    return;
  prover->code.overlay = clab_debug_frames_overlay(frames);
  if (clab_entry_read(&prover->code, address, &prover->buffers, &fde, &next) ==
          CLAB_ENTRY_FUNCTION &&
      pc >= fde.start && pc - fde.start < fde.size)
    prove(prover, &fde, pc, rule);
  prover->code.overlay = (struct clab_overlay){0, 0, NULL};
  if (rule->kind == CLAB_RULE_STEP)
    memset(rule, 0, sizeof *rule);
}

bool clab_rule_of_restorer(struct clab_prover *prover, uint64_t pc, struct clab_rule *rule) {
  struct clab_context_layout layout;
  uint8_t code[CLAB_RESTORER_BYTES];
  if (!CLAB_RESTORER_UNDESCRIBED || !clab_code_read_checked(&prover->code, pc, code, sizeof code) ||
      !clab_restorer_at(code, &layout))
    return false;
  *rule = (struct clab_rule){.kind = CLAB_RULE_STEP, .signal_frame = true};
  keep_context(prover, &layout, rule);
  return true;
}
