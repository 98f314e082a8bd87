/*
 * A crash of the process that tells a program's end must not look like the program's: 128 and a
 * signal's number is what it says of the program.
 */
#include "clab_observer.h"

#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static char stack[64 * 1024];

/* Async-signal-safe: yes */
static void tell(int signal) {
  (void)signal;
  static const char words[] = "crashlab: crashlab itself has crashed\n";
  ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
  (void)ignored;
  _exit(EX_SOFTWARE);
}

void clab_observer_tell_own_crash(void) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS};
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_handler = tell, .sa_flags = SA_ONSTACK | SA_RESETHAND}, before;
  sigaltstack(&alternate, NULL);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    /* Ignored it stays: the program inherits it. A handler is not inherited through execve. */
    if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      sigaction(signals[i], &action, NULL);
}
