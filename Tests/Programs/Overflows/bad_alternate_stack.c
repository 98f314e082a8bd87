/* A signal whose handler's alternate stack cannot be written: the kernel forces SIGSEGV in its
   place. Arguments: "bus", "abort", "fpe" or "ill"; then "both": SIGSEGV is caught as well. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void handler(int number) {
  (void)number;
  _exit(3);
}

int main(int count, char **arguments) {
  int file = memfd_create("empty", 0);
  if (count < 2 || ftruncate(file, 65536))
    return 2;
  char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (ftruncate(file, 0))
    return 2;
  stack_t alternate = {.ss_sp = stack, .ss_size = 65536};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  int numbers[] = {SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSEGV};
  for (int i = 0; i < (count > 2 ? 5 : 4); i++)
    sigaction(numbers[i], &action, NULL);
  const char *way = arguments[1];
  if (strcmp(way, "bus") == 0)
    return *(volatile char *)stack;
  if (strcmp(way, "abort") == 0)
    abort();
  if (strcmp(way, "fpe") == 0) {
    volatile int seven = 7, zero = 0;
    return seven / zero;
  }
#if defined(__x86_64__)
  __asm__ volatile("ud2");
#else
  __asm__ volatile("udf #0");
#endif
}
