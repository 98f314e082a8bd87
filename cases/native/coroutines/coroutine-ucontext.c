/* A coroutine by makecontext that recurses without end. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <ucontext.h>

static ucontext_t resumer, coroutine;

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  return clab_optimizer_barrier(descend(depth + 1)) + depth;
}

static void entry(void) { clab_optimizer_barrier(descend(0)); }

void clab_case_coroutine_ucontext(void *stack, size_t size) {
  clab_note_stack(CLAB_STACK_COROUTINE, 0, 1, "parser", stack, (char *)stack + size);
  if (getcontext(&coroutine))
    clab_skip("getcontext is not available");
  coroutine.uc_stack.ss_sp = stack;
  coroutine.uc_stack.ss_size = size;
  coroutine.uc_link = &resumer;
  makecontext(&coroutine, entry, 0);
  swapcontext(&resumer, &coroutine);
}
