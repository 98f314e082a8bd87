/* A process whose first thread has ended alone: says so, and waits. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_t first;

static void *wait_for_ever(void *unused) {
  pthread_join(first, NULL);
  puts("ended");
  fflush(stdout);
  for (;;)
    pause();
  return unused;
}

int main(void) {
  first = pthread_self();
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  pthread_exit(NULL);
}
