/* RLIMIT_STACK changed by the program: raise, lower, grown (lowered below what the stack had grown
 * to), zero. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
__attribute__((noinline)) int walk(int n) {
  volatile char b[1000];
  b[0] = n;
  return n ? walk(n - 1) + b[0] : 0;
}
int main(int c, char **v) {
  if (c < 2)
    return 1;
  struct rlimit r;
  getrlimit(RLIMIT_STACK, &r);
  if (!strcmp(v[1], "raise")) {
    r.rlim_cur = 32 << 20;
    setrlimit(RLIMIT_STACK, &r);
    walk(100000);
  }
  if (!strcmp(v[1], "lower")) {
    r.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_STACK, &r);
    walk(100000);
  }
  if (!strcmp(v[1], "grown")) {
    walk(4000);
    r.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_STACK, &r);
    walk(3500);
    puts("still fine");
    walk(100000);
  }
  if (!strcmp(v[1], "zero")) {
    r.rlim_cur = 0;
    setrlimit(RLIMIT_STACK, &r);
    walk(100000);
  }
  if (!strcmp(v[1], "unl")) {
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_STACK, &r))
      perror("x");
    walk(atoi(v[2]));
  }
}
