/* The usual crash handler: takes the default action and raises the signal again. The signal is
   blocked while the handler runs, so that it comes when the handler returns, at the instruction
   that faulted. "null": of a null pointer, else of a recursion; "trap": of a breakpoint. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void handler(int number) {
  signal(number, SIG_DFL);
  raise(number);
}

static void raise_trap(void) {
#if defined(__x86_64__)
  __asm__ volatile("int3");
#else
  __asm__ volatile("brk #0");
#endif
}

__attribute__((noinline)) int descend(int depth) {
  volatile char bytes[200];
  bytes[0] = (char)depth;
  int result = descend(depth + 1);
  return result + bytes[0];
}

int main(int count, char **arguments) {
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGTRAP, &action, NULL);
  if (count > 1 && strcmp(arguments[1], "trap") == 0)
    raise_trap();
  return count > 1 ? *(volatile int *)0 : descend(1);
}
