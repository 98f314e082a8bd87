/* A program that knows nothing of the laboratory: it crashes in the way that its argument names. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile int depth;

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = (char)level;
  depth = level;
  return descend(level + 1) + frame[0];
}

static void *overflow(void *argument) {
  pthread_setname_np(pthread_self(), "overflower");
  descend(0);
  return argument;
}

static __attribute__((noinline)) int big(int index) {
  volatile char frame[16 << 20];
  frame[index] = 1;
  return frame[index];
}

static void *step_over(void *argument) {
  pthread_setname_np(pthread_self(), "stepper");
  return big(depth) ? argument : NULL;
}

static sigjmp_buf before;

static void jump(int number) {
  (void)number;
  siglongjmp(before, 1);
}

static void say(int number) {
  (void)number;
  if (write(2, "handler\n", 8) < 0 || signal(SIGSEGV, SIG_DFL) == SIG_ERR)
    _exit(1);
}

static void in_thread(void *(*body)(void *)) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, NULL);
  pthread_join(thread, NULL);
}

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "";
  volatile int *null = (int *)(size_t)depth;
  if (!strcmp(way, "thread"))
    in_thread(overflow);
  else if (!strcmp(way, "main"))
    descend(0);
  else if (!strcmp(way, "step-over"))
    in_thread(step_over);
  else if (!strcmp(way, "null"))
    *null = 1;
  else if (!strcmp(way, "abort"))
    abort();
  else if (!strcmp(way, "sent"))
    kill(getpid(), SIGSEGV);
  else if (!strcmp(way, "no-alternate-stack")) {
    signal(SIGSEGV, say);
    in_thread(overflow);
  } else if (!strcmp(way, "handled")) {
    signal(SIGSEGV, jump);
    for (volatile int i = 0; i < 12; i++)
      if (!sigsetjmp(before, 1))
        *null = 1;
    puts("lived on");
  } else if (!strcmp(way, "status"))
    return 7;
  return 0;
}
