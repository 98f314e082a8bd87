/*
 * The reference: every frame by libunwind's own local interface, with its own look-up and cache.
 */
#define UNW_LOCAL_ONLY
#include "unwind/library.h"

#include "architecture/registers.h"
#include "target/plain.h"
#include "unwind/finish.h"
#include "unwind/run.h"

static bool start(unw_cursor_t *cursor, const ucontext_t *context) {
  /* libunwind takes the context without const but does not write to it. */
  return unw_init_local2(cursor, (unw_context_t *)(uintptr_t)context, UNW_INIT_SIGNAL_FRAME) >= 0;
}

void clab_plain_all(struct clab_walk *walk, const ucontext_t *context) {
  unw_cursor_t cursor;
  unw_word_t pc, sp, cfa;
  uint32_t flags = CLAB_FRAME_EXACT_PC;
  int result = start(&cursor, context) ? 1 : -1;
  while (result > 0) {
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    unw_get_reg(&cursor, UNW_REG_SP, &sp);
    if (pc == 0 && !(flags & CLAB_FRAME_EXACT_PC)) {
      clab_walk_finish(walk, CLAB_STOP_NULL_RETURN);
      return;
    }
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

uint64_t clab_plain_count(const ucontext_t *context) {
  unw_cursor_t cursor;
  uint64_t count = 0;
  if (!start(&cursor, context))
    return 0;
  do
    count++;
  while (unw_step(&cursor) > 0);
  return count;
}

void clab_plain_warm_up(void) {
  ucontext_t here;
  if (getcontext(&here) == 0)
    clab_plain_count(&here);
}

#include "target/compare.h"

static ucontext_t caller_context; /* too large for an alternate stack; guarded as the walk is */

static bool start_at_caller(struct comparison *comparison, uint64_t pc, uint64_t sp) {
  clab_context_set(&caller_context, pc, sp);
  return unw_init_local(&comparison->cursor, (unw_context_t *)&caller_context) >= 0;
}

void clab_plain_compare(struct clab_walk *walk, const ucontext_t *context,
                        struct clab_oracle_result *result) {
  static struct comparison comparison;
  caller_context = *context;
  comparison_begin(&comparison, walk, start(&comparison.cursor, context), result);
  walk->visitor = compare;
  walk->visitor_context = &comparison;
  clab_walk_run(walk);
  comparison_end(&comparison, walk->trace);
}
