/* A program on libsigsegv: its handler is told of two stack overflows and jumps out of each, then
   of a plain fault, which it mends by mapping the page. */
#include <setjmp.h>
#include <signal.h>
#include <sigsegv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static sigjmp_buf before;
static volatile int overflows, faults;
static char handler_stack[1 << 16];

static void leave(void *a, void *b, void *c) {
  (void)a, (void)b, (void)c;
  siglongjmp(before, 1);
}

static void on_overflow(int emergency, stackoverflow_context_t context) {
  (void)context;
  overflows += !emergency;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  sigsegv_leave_handler(leave, NULL, NULL, NULL);
}

static int on_fault(void *address, int serious) {
  if (!serious)
    return 0; /* perhaps an overflow */
  faults++;
  return mprotect((void *)((uintptr_t)address & -4096), 4096, PROT_READ | PROT_WRITE) == 0;
}

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = (char)level;
  return descend(level + 1) + frame[0];
}

int main(void) {
  sigsegv_install_handler(on_fault);
  if (stackoverflow_install_handler(on_overflow, handler_stack, sizeof handler_stack))
    return 2;
  for (volatile int i = 0; i < 2; i++)
    if (!sigsetjmp(before, 1))
      descend(0);
  volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  page[7] = 1;
  printf("%d overflows, %d faults\n", overflows, faults);
  return 0;
}
