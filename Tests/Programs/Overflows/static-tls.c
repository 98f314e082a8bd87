/* Static thread-local storage takes most of a small stack: run with its size, 412000 overflows. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifndef TLS
#define TLS 400000
#endif
__thread volatile char cache[TLS];
__attribute__((noinline)) static int work(int n) {
  volatile char line[4000];
  memset((char *)line, n, sizeof line);
  return n ? work(n - 1) + line[5] : line[3];
}
static void *job(void *p) {
  pthread_setname_np(pthread_self(), "io"); /* by itself: it may be dead before main runs again */
  if (p)
    sleep(60);
  cache[0] = 1;
  printf("%d\n", work(10));
  return 0;
}
int main(int c, char **v) {
  pthread_attr_t a;
  pthread_attr_init(&a);
  size_t size = atoi(v[1]);
  int r = pthread_attr_setstacksize(&a, size);
  if (r)
    printf("setstacksize: %s\n", strerror(r));
  pthread_t t;
  r = pthread_create(&t, &a, job, c > 2 ? "w" : 0);
  if (r) {
    printf("create: %s\n", strerror(r));
    return 1;
  }
  pthread_join(t, 0);
}
