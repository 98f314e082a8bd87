/* A handler with SA_NODEFER that faults again and again, until its alternate stack has run out. */
#include <signal.h>
#include <stdlib.h>

static void handler(int number) {
  (void)number;
  *(volatile int *)32 = 1;
}

int main(void) {
  stack_t stack = {.ss_sp = malloc(1 << 18), .ss_size = 1 << 18};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_NODEFER};
  sigaction(SIGSEGV, &action, NULL);
  return *(volatile int *)8;
}
