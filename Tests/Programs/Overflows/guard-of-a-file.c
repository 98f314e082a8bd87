/* A coroutine's stack in a memfd, its lowest page PROT_NONE: a guard, though no nameless anonymous
 * mapping. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
static ucontext_t here, there;
__attribute__((noinline)) static int deep(int n) {
  volatile char b[64];
  b[0] = n;
  return deep(n + 1) + b[0];
}
static void body(void) { deep(0); }
int main(void) {
  size_t size = 256 << 10;
  int file = memfd_create("stack", 0);
  if (ftruncate(file, size))
    return 1;
  char *stack = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  mprotect(stack, 4096, PROT_NONE);
  getcontext(&there);
  there.uc_stack.ss_sp = stack + 4096, there.uc_stack.ss_size = size - 4096, there.uc_link = &here;
  makecontext(&there, body, 0);
  swapcontext(&here, &there);
}
