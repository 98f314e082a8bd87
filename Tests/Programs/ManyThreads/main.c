/*
 * Threads to be looked at from outside: many-threads COUNT STACK-SIZE KIND, KIND being
 *   plain      the library's own guard
 *   unguarded  no guard at all
 *   hidden     no guard of the library's, but one by MADV_GUARD_INSTALL
 *   full       plain, each touching nine tenths of its stack
 *   step       plain, each with a frame of 64 KiB of which only the ends are touched
 *   spin       plain, one thread never sleeping
 * Its main thread takes the name "ready" when all of them wait.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static sem_t started;
static size_t stack_size;
static const char *kind;

static void wait_for_ever(void) {
  sem_post(&started);
  for (;;)
    pause();
}

static __attribute__((noinline)) void touch(size_t bytes) {
  volatile char frame[1024];
  frame[0] = 1;
  if (bytes > 2048)
    touch(bytes - 1024);
  else
    wait_for_ever();
  frame[sizeof frame - 1] = 1;
}

static __attribute__((noinline)) void step(void) {
  volatile char frame[64 * 1024];
  frame[0] = 1;
  wait_for_ever();
  frame[sizeof frame - 1] = 1;
}

static void *run(void *argument) {
  long number = (long)argument;
  char name[16] = "worker-";
  int place = 7;
  for (long unit = 10000; unit; unit /= 10)
    name[place++] = (char)('0' + number / unit % 10);
  pthread_setname_np(pthread_self(), name);
  if (!strcmp(kind, "full"))
    touch(stack_size / 10 * 9);
  if (!strcmp(kind, "step"))
    step();
  if (!strcmp(kind, "spin") && number == 0) {
    sem_post(&started);
    for (volatile unsigned long beat = 0;; beat++) {
    }
  }
  wait_for_ever();
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4)
    return 64;
  long threads = atol(arguments[1]);
  stack_size = (size_t)atol(arguments[2]);
  kind = arguments[3];
  prctl(PR_SET_PDEATHSIG, 9);
  sem_init(&started, 0, 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_size);
  if (!strcmp(kind, "unguarded"))
    pthread_attr_setguardsize(&attributes, 0);
  for (long number = 0; number < threads; number++) {
    if (!strcmp(kind, "hidden")) {
      char *memory = mmap(NULL, stack_size + 8192, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (memory == MAP_FAILED || madvise(memory, 8192, MADV_GUARD_INSTALL))
        return 77;
      pthread_attr_setstack(&attributes, memory + 8192, stack_size);
    }
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run, (void *)number))
      return 1;
  }
  for (long number = 0; number < threads; number++)
    sem_wait(&started);
  prctl(PR_SET_NAME, "ready");
  for (;;)
    pause();
}
