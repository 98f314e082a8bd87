/* A crash reporter that reads memory carefully, as a virtual machine's does, and then ends the
   process: with abort(3), or with "leave" by _exit(2). */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile int inside;
static int leaves;
static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)info, (void)context;
  if (inside)
    siglongjmp(back, 1);
  inside = 1;
  if (sigsetjmp(back, 1) == 0)
    (void)*(volatile int *)0x5000; /* faults, and is dealt with */
  if (leaves)
    _exit(1);
  abort();
}

int main(int count, char **arguments) {
  leaves = count > 1 && strcmp(arguments[1], "leave") == 0;
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_NODEFER | SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  return *(volatile int *)8; /* the crash */
}
