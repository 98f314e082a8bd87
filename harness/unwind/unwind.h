/* Unwinding: private to the harness. */
#ifndef CLAB_UNWIND_H
#define CLAB_UNWIND_H

#include "crashlab_harness.h"
#include "trial/child.h"

#include <ucontext.h>

/* libunwind's first-use locks and allocations, before any fault. Async-signal-safe: no */
void clab_unwind_warm_up(void);

/* Unwinds from a caught signal's context. Async-signal-safe: yes, after the warm-up */
void clab_unwind_local(ucontext_t *context, const struct clab_own_stack *stack, uint32_t mode,
                       struct clab_trace *trace);

#endif
