/* A fault that the kernel tells no address of, and a handler that restores the default action and
   returns: the instruction raises the same once more. */
#include <signal.h>
#include <stddef.h>

static void handler(int number) { signal(number, SIG_DFL); }

int main(void) {
  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGSEGV, &action, NULL);
  volatile unsigned long place = 0x1234567812345678;
  return *(volatile int *)place;
}
