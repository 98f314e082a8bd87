/* The reference over any target: every frame by one cursor of libunwind. */
#include "target/plain.h"
#include "unwind/finish.h"
#include "unwind/run.h"
#include "unwind/step.h"

void clab_step_all(struct clab_walk *walk) {
  struct clab_stepping stepping;
  unw_cursor_t cursor;
  uint32_t flags = CLAB_FRAME_EXACT_PC;
  int result = clab_step_begin(&stepping, walk, &walk->target.registers, &cursor) ? 1 : -UNW_ENOMEM;
  while (result > 0) {
    unw_word_t pc = 0, sp = 0, cfa = 0;
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    unw_get_reg(&cursor, UNW_REG_SP, &sp);
    if (pc == 0 && !(flags & CLAB_FRAME_EXACT_PC)) {
      clab_walk_finish(walk, CLAB_STOP_NULL_RETURN);
      return;
    }
    /* The cursor reads words near the stack pointer: the window follows it. */
    if (!clab_memory_holds(&walk->memory, sp, CLAB_WINDOW_SIZE / 4))
      clab_memory_move(&walk->memory, sp);
    bool signal_frame = unw_is_signal_frame(&cursor) > 0;
    result = unw_step(&cursor);
    unw_get_reg(&cursor, UNW_REG_SP, &cfa);
    if (!clab_walk_take(walk, pc, sp, cfa, flags | (signal_frame ? CLAB_FRAME_SIGNAL : 0))) {
      clab_walk_finish(walk, CLAB_STOP_FRAME_LIMIT);
      return;
    }
    flags = signal_frame ? CLAB_FRAME_EXACT_PC : 0;
  }
  clab_walk_finish(walk, result == 0 ? CLAB_STOP_OUTERMOST : CLAB_STOP_NO_RULE);
}

#include "target/compare.h"

static struct clab_stepping compared;
static struct clab_registers caller_registers;

static bool start_at_caller(struct comparison *comparison, uint64_t pc, uint64_t sp) {
  caller_registers = comparison->walk->target.registers;
  caller_registers.value[CLAB_REG_PC] = pc;
  caller_registers.value[CLAB_REG_SP] = sp;
  return clab_step_begin(&compared, comparison->walk, &caller_registers, &comparison->cursor);
}

void clab_step_compare(struct clab_walk *walk, struct clab_oracle_result *result) {
  static struct comparison comparison;
  bool started = clab_step_begin(&compared, walk, &walk->target.registers, &comparison.cursor);
  comparison_begin(&comparison, walk, started, result);
  walk->visitor = compare;
  walk->visitor_context = &comparison;
  clab_walk_run(walk);
  comparison_end(&comparison, walk->trace);
}
