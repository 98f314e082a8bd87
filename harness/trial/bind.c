/*
 * What a child would have to bind anew: pthread_create calls the dynamic loader through a slot that
 * is filled in by the first call, and to find the function 20 libraries are searched, each through
 * pages that a fork does not map. A thread that this process has had fills it in for all of its
 * children.
 */
#include "crashlab_harness.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum {
  STACK_SIZE = 64 * 1024,
  MOST_WAITS = 2000, /* of half a millisecond each */
};

static void *end(void *unused) { return unused; }

/* pthread_join comes back before the kernel has forgotten the thread, and a process that has
   another thread is not forked. A folder of tasks has a link for each; where there is no /proc
   there is nothing to wait for. */
static void wait_until_alone(void) {
  enum { LINKS = 3 };
  struct stat tasks;
  const struct timespec pause = {.tv_nsec = 500 * 1000};
  for (int i = 0; i < MOST_WAITS && stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > LINKS;
       i++)
    nanosleep(&pause, NULL);
}

void clab_laboratory_bind(void) {
  /* A stack of our own: the C library would keep its one for the next thread, in each child. */
  void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t attributes;
  pthread_t thread;
  if (stack == MAP_FAILED)
    return;
  if (pthread_attr_init(&attributes) == 0) {
    if (pthread_attr_setstack(&attributes, stack, STACK_SIZE) == 0 &&
        pthread_create(&thread, &attributes, end, NULL) == 0) {
      pthread_join(thread, NULL);
      wait_until_alone();
    }
    pthread_attr_destroy(&attributes);
  }
  munmap(stack, STACK_SIZE);
}
