#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
__attribute__((noinline)) int rec(int n) {
  volatile char b[200];
  b[0] = n;
  int r = rec(n + 1);
  return r + b[0];
}
static ucontext_t m, co;
static volatile int s;
const char *mode;
void body(void) { s = rec(1); }
static void go(void *p) {
  (void)p;
  char *st;
  size_t sz = 256 << 10;
  if (!strcmp(mode, "malloc"))
    st = malloc(sz);
  else if (!strcmp(mode, "static")) {
    static char a[256 << 10];
    st = a;
  } else if (!strcmp(mode, "guard")) {
    st = (char *)mmap(0, sz + 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    mprotect(st, 4096, 0);
    st += 4096;
  } else if (!strcmp(mode, "growsdown")) {
    st = mmap(0, sz, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_STACK, -1, 0);
  } else {
    st = mmap(0, sz, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  getcontext(&co);
  co.uc_stack.ss_sp = st;
  co.uc_stack.ss_size = sz;
  co.uc_link = &m;
  makecontext(&co, body, 0);
  swapcontext(&m, &co);
}
void *thr(void *a) {
  (void)a;
  pthread_setname_np(pthread_self(), "worker");
  go(0);
  return 0;
}
int main(int c, char **v) {
  mode = v[1];
  puts("start");
  fflush(stdout);
  if (c > 2) {
    pthread_t t;
    pthread_create(&t, 0, thr, 0);
    pthread_join(t, 0);
  } else
    go(0);
  return 0;
}
