/* One frame, by what its rule says. */
#include "unwind/frame.h"

#include "unwind/bad_call_target.h"
#include "unwind/find_rule.h"
#include "unwind/guess.h"
#include "unwind/return_address.h"
#include "unwind/step.h"

enum { MOST_TURNS = 64 /* stacks that a sound chain may change to, at lower addresses */ };

/* One frame by libunwind. */
static enum clab_trace_stop step(struct clab_walk *walk, const struct clab_rule *rule,
                                 struct clab_replay *slot) {
  uint64_t pc = walk->pc, sp = walk->sp;
  bool signal_frame = rule->signal_frame;
  uint32_t flags = CLAB_FRAME_STEPPED | (walk->exact ? CLAB_FRAME_EXACT_PC : 0) |
                   (signal_frame ? CLAB_FRAME_SIGNAL : 0);
  struct clab_registers registers;
  clab_walk_registers(walk, &registers);
  int result = clab_step(walk, &registers, walk->exact);
  walk->trace->steps++;
  uint64_t cfa = result >= 0 ? registers.value[CLAB_REG_SP] : sp;
  clab_count_frame(slot, sp, cfa, signal_frame);
  clab_walk_push(walk, pc, cfa, flags);
  walk->proved_since = walk->index;
  if (result < 0)
    return CLAB_STOP_NO_RULE;
  /* It ends at a frame pointer that is not known as well, which is no end. */
  if (result == 0)
    return registers.valid >> CLAB_REG_FP & 1 ? CLAB_STOP_OUTERMOST : CLAB_STOP_NO_RULE;
  if (cfa <= sp && ++walk->turns > MOST_TURNS)
    return CLAB_STOP_STALLED;
  clab_walk_anchor(walk, &registers);
  walk->exact = signal_frame;
  return CLAB_STOP_NONE;
}

/* A signal frame: all registers of the interrupted code were saved in it, and from here on they are
   known anew, maybe on another stack. */
static enum clab_trace_stop restore_context(struct clab_walk *walk, struct clab_replay *slot) {
  const struct clab_context_layout *layout = &walk->prover.context;
  struct clab_registers registers = {.valid = (UINT64_C(1) << CLAB_REGISTERS) - 1};
  uint64_t pc = walk->pc, sp = walk->sp;
  uint64_t lowest = sp + (uint64_t)layout->lowest;
  uint64_t size = (uint64_t)(layout->highest - layout->lowest) + sizeof(uint64_t);
  if (!clab_memory_holds(&walk->memory, lowest, size))
    clab_memory_move(&walk->memory, lowest);
  bool readable = true;
  for (unsigned i = 0; i < CLAB_REGISTERS; i++)
    readable &=
        clab_memory_word(&walk->memory, sp + (uint64_t)layout->offset[i], &registers.value[i]);
  uint64_t cfa = readable ? registers.value[CLAB_REG_SP] : sp;
  uint32_t flags = CLAB_FRAME_SIGNAL | (walk->exact ? CLAB_FRAME_EXACT_PC : 0);
  clab_count_frame(slot, sp, cfa, true);
  clab_walk_push(walk, pc, cfa, flags);
  walk->trace->replayed++;
  walk->proved_since = walk->index;
  if (!readable)
    return CLAB_STOP_UNREADABLE;
  if (cfa <= sp && ++walk->turns > MOST_TURNS)
    return CLAB_STOP_STALLED;
  clab_walk_anchor(walk, &registers);
  walk->exact = true;
  return CLAB_STOP_NONE;
}

/* Goes to the caller of code that is not there. */
static void leave_bad_call_target(struct clab_walk *walk, const struct clab_registers *caller,
                                  struct clab_replay *slot) {
  uint64_t cfa = caller->value[CLAB_REG_SP];
  clab_count_frame(slot, walk->sp, cfa, false);
  clab_walk_push(walk, walk->pc, cfa, CLAB_FRAME_EXACT_PC | CLAB_FRAME_UNFETCHED);
  walk->trace->replayed++;
  walk->proved_since = walk->index;
  clab_walk_anchor(walk, caller);
  walk->exact = false;
}

/* The outermost frame that can be found. */
static enum clab_trace_stop end(struct clab_walk *walk, struct clab_replay *slot) {
  bool entry = clab_is_program_entry(walk);
  clab_count_frame(slot, walk->sp, walk->sp, false);
  clab_walk_push(walk, walk->pc, walk->sp,
                 CLAB_FRAME_GUESSED | (walk->exact ? CLAB_FRAME_EXACT_PC : 0));
  walk->proved_since = walk->index;
  return entry ? CLAB_STOP_OUTERMOST : CLAB_STOP_END_GUESSED;
}

/* The rule of a frame found no room in the table, so its save slots are read at once. */
static bool read_saved(struct clab_walk *walk, const struct clab_rule *rule, uint64_t cfa) {
  struct clab_registers registers;
  clab_walk_registers(walk, &registers);
  if (rule->guessed)
    registers.valid &=
        UINT64_C(1) << CLAB_REG_FP | UINT64_C(1) << CLAB_REG_SP | UINT64_C(1) << CLAB_REG_PC;
  for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++)
    if (rule->saved >> i & 1) {
      registers.valid |= UINT64_C(1) << clab_saved_registers[i];
      if (!clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->saved_offset[i],
                            &registers.value[clab_saved_registers[i]]))
        return false;
    }
  clab_walk_anchor(walk, &registers);
  return true;
}

/* Goes on to the caller whose frame begins at `cfa`. */
static enum clab_trace_stop leave(struct clab_walk *walk, const struct clab_rule *rule,
                                  struct clab_replay *slot, uint64_t cfa) {
  uint64_t lowest = cfa + (uint64_t)(int64_t)rule->lowest;
  uint64_t size = (uint64_t) - (int64_t)rule->lowest;
  if (!clab_memory_holds(&walk->memory, lowest, size))
    clab_memory_move(&walk->memory, lowest);
  if (slot->number == 0 || walk->exact)
    walk->proved_since = walk->index + 1;
  /* A frame of the table is known by its rule for a guess, as those are that are replayed. */
  bool flagged = rule->guessed && (slot->number == 0 || walk->exact);
  clab_count_frame(slot, walk->sp, cfa, false);
  clab_walk_push(walk, walk->pc, cfa,
                 (walk->exact ? CLAB_FRAME_EXACT_PC : 0) | (flagged ? CLAB_FRAME_GUESSED : 0));
  walk->trace->replayed++;
  slot->last_cfa = cfa;
  walk->exact = false;
  walk->sp = cfa;
  walk->sp_known = CLAB_RECORD_ENDS_FRAME || !rule->guessed;
  bool readable =
      clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->return_offset, &walk->pc);
  walk->pc &= clab_address_bits(&walk->target.registers, rule->return_signed);
  if (clab_rule_saves_fp(rule)) {
    readable &= clab_memory_word(
        &walk->memory, cfa + (uint64_t)(int64_t)rule->saved_offset[CLAB_SAVED_FP], &walk->fp);
    walk->fp_known = true;
  }
  if (slot->number == 0)
    readable = readable && read_saved(walk, rule, cfa);
  return readable ? CLAB_STOP_NONE : CLAB_STOP_UNREADABLE;
}

/* The frame lies by a frame pointer that was lost farther in. */
static enum clab_trace_stop end_lost(struct clab_walk *walk, struct clab_replay *slot) {
  clab_count_frame(slot, walk->sp, walk->sp, false);
  clab_walk_push(walk, walk->pc, walk->sp, walk->exact ? CLAB_FRAME_EXACT_PC : 0);
  walk->proved_since = walk->index;
  return CLAB_STOP_NO_RULE;
}

/* The CFA of a frame whose stack pointer is not known: by the record that it has made, which the
   frame pointer points at. */
static bool find_by_record(const struct clab_walk *walk, const struct clab_rule *rule,
                           uint64_t *cfa) {
  int32_t record = rule->saved_offset[CLAB_SAVED_FP];
  *cfa = walk->fp - (uint64_t)(int64_t)record;
  return walk->fp_known && clab_rule_saves_fp(rule) &&
         rule->return_offset == record + (int32_t)sizeof(uint64_t);
}

/* Goes to the caller of code without information that has saved nothing yet, or nothing any more.
 */
static enum clab_trace_stop leave_by_link(struct clab_walk *walk, const struct clab_rule *rule,
                                          struct clab_replay *slot) {
  struct clab_registers registers;
  clab_walk_registers(walk, &registers);
  uint64_t caller =
      registers.value[CLAB_REG_RETURN] & clab_address_bits(&walk->target.registers, true);
  if (!(registers.valid >> CLAB_REG_RETURN & 1) || !clab_is_return_address(walk, caller))
    return end(walk, slot);
  registers.value[CLAB_REG_PC] = caller;
  if (!rule->sp_of_caller)
    registers.valid &= ~(UINT64_C(1) << CLAB_REG_SP);
  clab_count_frame(slot, walk->sp, walk->sp, false);
  clab_walk_push(walk, walk->pc, walk->sp, CLAB_FRAME_EXACT_PC | CLAB_FRAME_GUESSED);
  walk->trace->replayed++;
  walk->proved_since = walk->index;
  clab_walk_anchor(walk, &registers);
  walk->exact = false;
  return CLAB_STOP_NONE;
}

/* A frame whose rule tells offsets. */
static enum clab_trace_stop follow(struct clab_walk *walk, const struct clab_rule *rule,
                                   struct clab_replay *slot) {
  uint64_t sp = walk->sp;
  uint64_t cfa = (rule->cfa_from_fp ? walk->fp : sp) + (uint64_t)(int64_t)rule->cfa_offset;
  bool lost = rule->cfa_from_fp && !walk->fp_known;
  if (!walk->sp_known && !rule->cfa_from_fp)
    lost = !find_by_record(walk, rule, &cfa);
  if (rule->kind == CLAB_RULE_OUTERMOST) {
    cfa = lost ? sp : cfa;
    clab_count_frame(slot, sp, cfa, false);
    clab_walk_push(walk, walk->pc, cfa, walk->exact ? CLAB_FRAME_EXACT_PC : 0);
    return CLAB_STOP_OUTERMOST;
  }
  if (rule->guessed && !clab_guess_leads_on(walk, rule))
    return end(walk, slot);
  if (lost)
    return end_lost(walk, slot);
  if (cfa <= sp) {
    /* A frame pointer that leads to lower addresses: another stack, or a corrupt chain. */
    if (cfa == sp || ++walk->turns > MOST_TURNS)
      return CLAB_STOP_STALLED;
    struct clab_registers registers;
    clab_walk_registers(walk, &registers);
    clab_walk_anchor(walk, &registers);
  }
  return leave(walk, rule, slot, cfa);
}

enum clab_trace_stop clab_walk_one(struct clab_walk *walk) {
  if (walk->pc == 0 && !walk->exact)
    return CLAB_STOP_NULL_RETURN;
  struct clab_replay *slot;
  const struct clab_rule *rule = clab_find_rule(walk, &slot);
  struct clab_registers caller;
  switch (rule->kind) {
  case CLAB_RULE_NONE:
    if (!clab_walk_bad_call_target(walk, &caller))
      return end(walk, slot);
    leave_bad_call_target(walk, &caller, slot);
    return CLAB_STOP_NONE;
  case CLAB_RULE_STEP:
    return step(walk, rule, slot);
  case CLAB_RULE_LINK:
    return leave_by_link(walk, rule, slot);
  case CLAB_RULE_CONTEXT:
    return walk->sp_known ? restore_context(walk, slot) : end_lost(walk, slot);
  default:
    return follow(walk, rule, slot);
  }
}
