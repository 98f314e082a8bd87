/*
 * What differs between processors when a signal is caught: one set of functions, one file each.
 */
#ifndef CLAB_REGISTERS_H
#define CLAB_REGISTERS_H

#include "crashlab_harness.h"

#include <ucontext.h>

/* All of them only read or write the context. Async-signal-safe: yes */
uint64_t clab_program_counter(const ucontext_t *context);
uint64_t clab_stack_pointer(const ucontext_t *context);
uint64_t clab_frame_pointer(const ucontext_t *context);
/* The processor's own number of the trap, 0 where it has none. */
uint32_t clab_trap_number(const ucontext_t *context);
/* How memory was accessed, from the fault's error code. */
enum clab_access clab_access_kind(int signal, const ucontext_t *context);
/* The same thread at another place. */
void clab_context_set(ucontext_t *context, uint64_t program_counter, uint64_t stack_pointer);
/* A breakpoint instruction that the processor has already left is made current again, so that
   returning from the handler runs into it once more. */
void clab_rewind_breakpoint(int signal, ucontext_t *context);

#endif
