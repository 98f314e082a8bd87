/*
 * The bare switch from one stack to another, in three strengths. clab_coroutine.h makes coroutines
 * of the first; the others stand beside it to be measured and unwound.
 *
 *     clab_switch         keeps the callee-saved integer registers (and on aarch64 d8..d15, which
 *                         compiled code relies on). What it gives up: the floating-point control
 *                         state (mxcsr and the x87 control word; fpcr), which all stacks of a
 *                         thread then share, so that a rounding mode set on one is seen by all.
 *     clab_switch_full    keeps the control state too: the registers that Boost.Context's
 *                         jump_fcontext keeps on x86-64.
 *     clab_switch_inline  keeps nothing but the stack and frame pointers: the compiler is told that
 *                         the rest is lost, and saves what is live at that place and no more. Gives
 *                         up the control state.
 *
 * A stack may be resumed only by the strength that suspended it. The entry function must not
 * return. An unwind from inside ends at clab_coroutine_bottom, in all three.
 */
#ifndef CLAB_COROUTINE_SWITCH_H
#define CLAB_COROUTINE_SWITCH_H

#include <stdint.h>

/* clab_switch as a function, to be called last: the switch replaces its return. The value is what
   the same call returns on the resumed stack. Async-signal-safe: yes */
uint32_t clab_switch_call(void **suspended, void *resumed, uint32_t value);

/* Makes entry(argument) what runs when the returned pointer is first given to clab_switch or
   clab_switch_full. The control state is that of the caller. Writes to the topmost 208 bytes of the
   stack. Async-signal-safe: yes */
void *clab_switch_prepare(void *stack_high, void (*entry)(void *), void *argument);

/* A stack suspended by clab_switch_inline. */
struct clab_inline_stack {
  void *stack_pointer;
  void *frame_pointer;
  void *resume_at;
};

/* As clab_switch_prepare, for clab_switch_inline. Async-signal-safe: yes */
void clab_switch_inline_prepare(struct clab_inline_stack *stack, void *stack_high,
                                void (*entry)(void *), void *argument);

/* Each leaves the running stack, storing in *suspended what resumes it, and goes on with the
   resumed one:

     void clab_switch(void **suspended, void *resumed)
     void clab_switch_full(void **suspended, void *resumed)
     void clab_switch_inline(struct clab_inline_stack *suspended, struct clab_inline_stack *resumed)

   All three are inlined. Async-signal-safe: yes */
#if defined(__x86_64__)
#include "coroutine/switch_x86_64.h"
#elif defined(__aarch64__)
#include "coroutine/switch_aarch64.h"
#else
#error "the coroutine switch is written for x86-64 and aarch64"
#endif

#endif
