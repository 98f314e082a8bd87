/* The work of programs that are run with and without a tracer. */
#include "clab_workload.h"

#include "crashlab_harness.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static sigjmp_buf after;

static void go_on(int signal) {
  (void)signal;
  siglongjmp(after, 1);
}

uint64_t clab_work_handled_faults(uint32_t count) {
  /* Without a mask to be put back, each fault is one signal and no system call more. */
  struct sigaction action = {.sa_handler = go_on, .sa_flags = SA_NODEFER};
  struct sigaction before;
  if (sigaction(SIGSEGV, &action, &before) != 0)
    return 0;
  volatile uint32_t done = 0;
  uint64_t started = clab_now();
  int *volatile nowhere = NULL;
  while (done < count) {
    done++;
    if (sigsetjmp(after, 0) == 0)
      *(volatile int *)nowhere = 1;
  }
  uint64_t ended = clab_now();
  sigaction(SIGSEGV, &before, NULL);
  return ended - started;
}

static void *nothing(void *unused) { return unused; }

uint64_t clab_work_threads(uint32_t count) {
  uint64_t started = clab_now();
  for (uint32_t i = 0; i < count; i++) {
    pthread_t thread;
    int error = pthread_create(&thread, NULL, nothing, NULL);
    if (error != 0) {
      errno = error;
      return 0;
    }
    pthread_join(thread, NULL);
  }
  return clab_now() - started;
}

uint64_t clab_work_compute(uint32_t count) {
  enum { STEPS = 1000 * 1000 };
  volatile uint64_t seed = 1;
  uint64_t value = seed;
  uint64_t started = clab_now();
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t step = 0; step < STEPS; step++)
      value = value * 6364136223846793005u + 1442695040888963407u;
    seed = value;
  }
  return clab_now() - started;
}
