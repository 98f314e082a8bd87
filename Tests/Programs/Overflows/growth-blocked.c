// The main stack cannot grow: a mapping lies in its way (within stack_guard_gap), long before
// RLIMIT_STACK (8 MiB).
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
__attribute__((noinline)) static int deep(int n) {
  volatile char b[256];
  b[0] = n;
  return deep(n + 1) + b[0];
}
int main(void) {
  uintptr_t here = (uintptr_t)&here & -4096;
  mmap((void *)(here - (3 << 20)), 4096, PROT_READ | PROT_WRITE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  return deep(0);
}
