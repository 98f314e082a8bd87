/* Unwinding of the own process, every frame stepped by libunwind. */
#define UNW_LOCAL_ONLY
#include "unwind/unwind.h"

#include <libunwind.h>

void clab_unwind_warm_up(void) {
  ucontext_t context;
  static struct clab_trace trace;
  struct clab_own_stack none = {0, 0};
  unw_getcontext((unw_context_t *)&context);
  clab_unwind_local(&context, &none, CLAB_UNWIND_PLAIN, &trace);
}

void clab_unwind_local(ucontext_t *context, const struct clab_own_stack *stack, uint32_t mode,
                       struct clab_trace *trace) {
  (void)stack;
  uint64_t started = clab_now();
  trace->frame_count = trace->steps = trace->left_out = 0;
  trace->head_count = trace->tail_count = 0;
  trace->stop = CLAB_STOP_NONE;
  trace->stop_detail = 0;
  if (mode == CLAB_UNWIND_NONE)
    return;
  unw_cursor_t cursor;
  if (unw_init_local2(&cursor, (unw_context_t *)context, UNW_INIT_SIGNAL_FRAME)) {
    trace->stop = CLAB_STOP_ERROR;
    return;
  }
  int status;
  do {
    unw_word_t pc, sp;
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    unw_get_reg(&cursor, UNW_REG_SP, &sp);
    struct clab_frame frame = {trace->frame_count, 1, 1, 0, pc, sp, 0};
    if (trace->head_count < CLAB_TRACE_HEAD)
      trace->head[trace->head_count++] = frame;
    else
      trace->tail[(trace->frame_count - CLAB_TRACE_HEAD) % CLAB_TRACE_TAIL] = frame;
    trace->frame_count++;
    status = unw_step(&cursor);
    trace->steps++;
  } while (status > 0);
  trace->stop = status == 0 ? CLAB_STOP_END : CLAB_STOP_ERROR;
  trace->stop_detail = status;
  trace->duration = clab_now() - started;
}
