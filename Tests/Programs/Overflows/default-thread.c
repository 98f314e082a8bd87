/* A thread with the C library's defaults, called "parser": it uses some 40 KiB of its stack, and
   with an argument it recurses without end. */
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>

static volatile int sink;

__attribute__((noinline)) static int value(long depth) {
  volatile char frame[1000];
  memset((char *)frame, (int)depth, sizeof frame);
  sink = frame[3];
  return (depth == 0 ? 0 : value(depth - 1)) + frame[5];
}

static void *parse(void *depth) {
  prctl(PR_SET_NAME, "parser");
  sink = value((long)depth);
  return NULL;
}

int main(int count, char **arguments) {
  pthread_t thread;
  (void)arguments;
  pthread_create(&thread, NULL, parse, (void *)(count > 1 ? -1L : 40L));
  pthread_join(thread, NULL);
  return 0;
}
