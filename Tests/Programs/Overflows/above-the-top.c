// a frame-pointer walk reads past the TOP of the thread's own stack into the guard of the stack
// above. Not an overflow of anybody.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void *idle(void *x) {
  pthread_setname_np(pthread_self(), "upper");
  pause();
  return x;
}
static void *th(void *x) {
  pthread_setname_np(pthread_self(), "walker");
  pthread_attr_t a;
  void *low;
  size_t size;
  pthread_getattr_np(pthread_self(), &a);
  pthread_attr_getstack(&a, &low, &size);
  volatile char *top = (char *)low + size; // the guard of 'upper' begins here
  return x + *(top + 8);
}
int main(void) {
  pthread_attr_t a;
  pthread_attr_init(&a);
  pthread_attr_setstacksize(&a, 256 << 10);
  pthread_t u, t;
  pthread_create(&u, &a, idle, 0);
  usleep(50000);
  pthread_create(&t, &a, th, 0);
  pthread_join(t, 0);
}
