// Asymmetric coroutines on the bare switch: who runs, who resumed whom, and what is left of a
// coroutine that returned.

#include "clab_coroutine.h"

#include <errno.h>
#include <string.h>

#include "switch.h"

// Initial-exec: the handler reads it on a thread that may have no room left for the loader to
// allocate a thread-local block on demand.
static _Thread_local struct clab_coroutine *current __attribute__((tls_model("initial-exec")));

// Nothing may read `current` after a switch in the same function: the coroutine may have moved to
// another thread, and the compiler keep the address of the old one's variable.
static void leave(struct clab_coroutine *coroutine, enum clab_coroutine_state state) {
  coroutine->state = state;
  current = coroutine->resumer;
  clab_switch(&coroutine->suspended_at, coroutine->resumer_suspended_at);
}

// Not inlined into `run`, for the same reason: the entry function switches.
static __attribute__((noinline, noreturn)) void finish(struct clab_coroutine *coroutine) {
  leave(coroutine, CLAB_COROUTINE_FINISHED);
  __builtin_trap();
}

static void run(void *argument) {
  struct clab_coroutine *coroutine = argument;
  coroutine->entry(coroutine->argument);
  finish(coroutine);
}

int clab_coroutine_init(struct clab_coroutine *coroutine, void *stack_low, size_t stack_size,
                        void (*entry)(void *argument), void *argument) {
  if (stack_size < CLAB_COROUTINE_MINIMUM_STACK)
    return EINVAL;
  memset(coroutine, 0, sizeof *coroutine);
  coroutine->stack_low = (uintptr_t)stack_low;
  coroutine->stack_high = (uintptr_t)stack_low + stack_size;
  coroutine->entry = entry;
  coroutine->argument = argument;
  coroutine->state = CLAB_COROUTINE_SUSPENDED;
  coroutine->suspended_at = clab_switch_prepare((char *)stack_low + stack_size, run, coroutine);
  return 0;
}

enum clab_coroutine_state clab_coroutine_resume(struct clab_coroutine *coroutine) {
  if (coroutine->state == CLAB_COROUTINE_SUSPENDED) {
    coroutine->state = CLAB_COROUTINE_RUNNING;
    coroutine->resumer = current;
    current = coroutine;
    clab_switch(&coroutine->resumer_suspended_at, coroutine->suspended_at);
  }
  return coroutine->state;
}

void clab_coroutine_suspend(void) {
  struct clab_coroutine *coroutine = current;
  if (coroutine)
    leave(coroutine, CLAB_COROUTINE_SUSPENDED);
}

struct clab_coroutine *clab_coroutine_current(void) { return current; }
