/*
 * The handler: runs on the alternate stack of a thread that has just crashed, in a process whose
 * memory may be in any state. To future editors: system calls without the C library, no lock, no
 * allocation, no string function that somebody may have replaced.
 */
#include "crash/handler.h"

#include "compact/compact.h"
#include "crash/actions.h"
#include "crash/helper.h"
#include "plain/calls.h"
#include "threads/stacks.h"

#include <time.h>
#include <ucontext.h>

/* Process and thread that report; a process that was forked meanwhile is another. */
static uint64_t reporting;

enum { SLICE = 20 * 1000 * 1000, SLICES = 1500 }; /* half a minute */

/* One crash is told at a time, and it ends the process. True if it is this one's turn.
   Async-signal-safe: yes */
static bool take_turn(void) {
  uint64_t process = (uint64_t)clab_call(SYS_getpid, 0, 0, 0, 0, 0);
  uint64_t own = process << 32 | (uint64_t)clab_call(SYS_gettid, 0, 0, 0, 0, 0);
  for (int i = 0; i < SLICES; i++) {
    uint64_t other = __atomic_load_n(&reporting, __ATOMIC_ACQUIRE);
    if (other >> 32 != process) {
      if (__atomic_compare_exchange_n(&reporting, &other, own, false, __ATOMIC_ACQ_REL,
                                      __ATOMIC_ACQUIRE))
        return true;
      continue;
    }
    if (other == own)
      return false; /* it has been told, and came once more */
    struct timespec slice = {.tv_nsec = SLICE};
    clab_call(SYS_nanosleep, (long)&slice, 0, 0, 0, 0);
  }
  return false;
}

/* Whether the instruction does it again when it is executed again. SI_KERNEL also tells of a signal
   frame that did not fit, which no instruction has done. Async-signal-safe: yes */
static bool comes_again(int signal, const siginfo_t *info) {
  return info->si_code > 0 && info->si_code != SI_KERNEL &&
         (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE);
}

/* When the handler returns the signal is there again, its siginfo as it was.
   Async-signal-safe: yes */
static void send_again(int signal, siginfo_t *info) {
  clab_call(SYS_rt_tgsigqueueinfo, clab_call(SYS_getpid, 0, 0, 0, 0, 0),
            clab_call(SYS_gettid, 0, 0, 0, 0, 0), signal, (long)info, 0);
}

void clab_handle_crash(int signal, siginfo_t *info, void *data) {
  ucontext_t *context = data;
  bool is_traced = false;
  if (take_turn()) {
    is_traced = clab_helper_run() == CLAB_HELPER_TRACES;
    if (!is_traced)
      clab_compact_report(signal, info, context);
  }
  clab_actions_take_back(signal);
  /* The kernel takes the thread's alternate stack from the frame that the handler returns through:
     afterwards everything is as without the reporter. */
  if (clab_stacks_is_own(context->uc_stack.ss_sp))
    context->uc_stack.ss_flags = SS_DISABLE;
  /* The helper is told by the signal itself, which so comes for certain; without it the instruction
     is executed again, and the kernel's log has its line. */
  if (is_traced || !comes_again(signal, info))
    send_again(signal, info);
}
