/*
 * Asymmetric coroutines on the bare switch: who runs, who resumed whom, and what becomes of a
 * coroutine that returned.
 */
#include "clab_coroutine.h"

#include "coroutine/switch.h"

#include <errno.h>
#include <string.h>

/* Initial-exec: a signal handler reads it, and the loader must not allocate it on demand there. */
static _Thread_local struct clab_coroutine *current __attribute__((tls_model("initial-exec")));

/* Each goes on elsewhere with its very last call, and the place it goes on at returns for it (no
   `ret` is answered wrongly). So nothing can read `current` after a switch: the coroutine may have
   moved to another thread, and a compiler keep the address of the old one's variable. */

static void leave(struct clab_coroutine *coroutine, enum clab_coroutine_state state) {
  coroutine->state = state;
  current = coroutine->resumer;
  clab_switch_call(&coroutine->suspended_at, coroutine->resumer_suspended_at, state);
}

/* Not inlined into `run`: the entry function switches. */
static __attribute__((noinline)) void finish(struct clab_coroutine *coroutine) {
  leave(coroutine, CLAB_COROUTINE_FINISHED);
}

static void run(void *argument) {
  struct clab_coroutine *coroutine = argument;
  coroutine->entry(coroutine->argument);
  finish(coroutine);
  __builtin_trap();
}

int clab_coroutine_init(struct clab_coroutine *coroutine, void *stack_low, size_t stack_size,
                        void (*entry)(void *argument), void *argument) {
  if (stack_size < CLAB_COROUTINE_MINIMUM_STACK)
    return EINVAL;
  memset(coroutine, 0, sizeof *coroutine);
  coroutine->stack_low = (uint64_t)(uintptr_t)stack_low;
  coroutine->stack_high = coroutine->stack_low + stack_size;
  coroutine->entry = entry;
  coroutine->argument = argument;
  coroutine->state = CLAB_COROUTINE_SUSPENDED;
  coroutine->suspended_at = clab_switch_prepare((char *)stack_low + stack_size, run, coroutine);
  return 0;
}

enum clab_coroutine_state clab_coroutine_resume(struct clab_coroutine *coroutine) {
  if (coroutine->state != CLAB_COROUTINE_SUSPENDED)
    return coroutine->state;
  coroutine->state = CLAB_COROUTINE_RUNNING;
  coroutine->resumer = current;
  current = coroutine;
  return clab_switch_call(&coroutine->resumer_suspended_at, coroutine->suspended_at, 0);
}

void clab_coroutine_suspend(void) {
  struct clab_coroutine *coroutine = current;
  if (coroutine)
    leave(coroutine, CLAB_COROUTINE_SUSPENDED);
}

struct clab_coroutine *clab_coroutine_current(void) {
  return current;
}
