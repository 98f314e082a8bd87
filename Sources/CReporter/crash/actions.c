/* Installs and takes away the handler. */
#include "crash/actions.h"

#include "plain/calls.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT};

bool clab_actions_has(int signal) {
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
    if (crashes[i] == signal)
      return true;
  return false;
}

void clab_actions_fill(struct sigaction *action, clab_handler handler) {
  /* SA_SIGINFO: the address and the registers. SA_ONSTACK: the stack may be what has run out. All
     signals are blocked: no handler of the program runs in a thread that is dying, and a fault of
     the handler itself kills at once. */
  *action = (struct sigaction){.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action->sa_mask);
}

int clab_actions_install(clab_handler handler, bool replaces) {
  struct sigaction action;
  clab_actions_fill(&action, handler);
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    struct sigaction before;
    if (sigaction(crashes[i], NULL, &before))
      return errno;
    bool is_free = before.sa_handler == SIG_DFL || (replaces && before.sa_handler != SIG_IGN);
    if (is_free && sigaction(crashes[i], &action, NULL))
      return errno;
  }
  return 0;
}

void clab_actions_take_back(int signal) {
  /* struct sigaction of the kernel: handler, flags, restorer (of some processors), mask. The C
     library would add flags of its own. */
  uint64_t none[4] = {0};
  clab_call(SYS_rt_sigaction, signal, (long)none, 0, 8, 0);
}

void clab_actions_withdraw(clab_handler handler) {
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    /* The kernel's: the handler comes first. */
    uint64_t now[4] = {0};
    if (clab_call(SYS_rt_sigaction, crashes[i], 0, (long)now, 8, 0) == 0 &&
        now[0] == (uint64_t)handler)
      clab_actions_take_back(crashes[i]);
  }
}
