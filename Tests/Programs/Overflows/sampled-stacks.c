/* A thread "worker" that is 500 KiB deep for a moment, and 100 KiB for 0.3 seconds. Prints what
   nanosleep(2) returned in the main thread. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static volatile long sink;

static void spin(double seconds) {
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do {
    for (int i = 0; i < 1000; i++)
      sink += i;
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((double)(now.tv_sec - begin.tv_sec) + 1e-9 * (double)(now.tv_nsec - begin.tv_nsec) <
           seconds);
}

__attribute__((noinline)) static long deep(int levels) {
  volatile char frame[1000];
  memset((char *)frame, levels, sizeof frame);
  if (levels)
    sink += deep(levels - 1);
  else
    spin(0.3);
  return frame[3];
}

__attribute__((noinline)) static void flash(int levels) {
  volatile char frame[1000];
  memset((char *)frame, levels, sizeof frame);
  if (levels)
    flash(levels - 1);
  sink += frame[7];
}

static void *run(void *argument) {
  pthread_setname_np(pthread_self(), "worker");
  flash(500);
  deep(100);
  return argument;
}

int main(void) {
  pthread_t thread;
  struct timespec pause = {0, 200000000};
  pthread_create(&thread, NULL, run, NULL);
  pthread_join(thread, NULL);
  printf("nanosleep %d\n", nanosleep(&pause, NULL));
  return 0;
}
