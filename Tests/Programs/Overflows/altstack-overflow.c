/* A handler that needs more than its alternate stack (Crystal 1.6's prints a backtrace on 8 KiB).
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
__attribute__((noinline)) int rec(int n) {
  volatile char b[200];
  b[0] = n;
  int r = rec(n + 1);
  return r + b[0];
}
static void handler(int s) {
  (void)s;
  volatile char big[20000];
  memset((char *)big, 1, sizeof big);
  _exit(big[5]);
}
int main(int argc, char **argv) {
  (void)argv;
  char *m = mmap(0, 8192 + 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(m, 65536);
  stack_t st = {.ss_sp = m + 65536, .ss_size = 8192};
  sigaltstack(&st, 0);
  struct sigaction a = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &a, 0);
  return argc > 1 ? *(volatile int *)0 : rec(1);
}
