/* Overflows the 64 KiB stack of a thread, in the way that its argument names: by recursion, or by
   one array that is larger than stack and guard. Built by the tests, in many ways. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

static volatile int depth;

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = (char)level;
  depth = level;
  return descend(level + 1) + frame[0];
}

static void *recurse(void *argument) {
  pthread_setname_np(pthread_self(), "overflower");
  return descend(0) ? argument : NULL;
}

static __attribute__((noinline)) int big(int index) {
  volatile char frame[1 << 20];
  frame[index] = 1;
  return frame[index];
}

static void *step_over(void *argument) {
  pthread_setname_np(pthread_self(), "overflower");
  return big(depth) ? argument : NULL;
}

int main(int count, char **arguments) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  int is_array = count > 1 && !strcmp(arguments[1], "array");
  pthread_create(&thread, &attributes, is_array ? step_over : recurse, NULL);
  return pthread_join(thread, NULL);
}
