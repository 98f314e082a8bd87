/*
 * Ten thousand of a kind: created, left idle, woken once, ended.
 *
 * Threads and processes sleep on one shared word and are woken all at once; the last to have run
 * wakes whoever waits for them. Coroutines are suspended and are resumed one after another.
 */
#include "clab_coroutine.h"
#include "clab_switching.h"
#include "crashlab_harness.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COROUTINE_STACK = 64 * 1024, ROUNDS = 3 };

/* What a kind can do. Each returns 0 or an errno; the state is the kind's own. */
struct ways {
  int (*create)(const struct clab_load *);
  int (*wake)(const struct clab_load *);
  int (*join)(const struct clab_load *);
};

/* ---- threads and processes: a shared word to sleep on ---------------------------------------- */

/* A member runs once in each of three rounds (created, woken, ending) and sleeps between them. */
struct hall {
  _Alignas(64) uint32_t round;
  _Alignas(64) uint32_t present; /* that have run in this round */
  uint32_t expected;
  _Alignas(64) uint32_t all_present; /* the rounds in which all have run */
};

static struct hall *hall;

static int open_hall(uint32_t count) {
  hall = mmap(NULL, sizeof *hall, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (hall == MAP_FAILED)
    return errno;
  hall->expected = count;
  return 0;
}

static void futex(uint32_t *word, int operation, uint32_t value) {
  syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static void attend(void) {
  for (uint32_t round = 0;; round++) {
    if (__atomic_add_fetch(&hall->present, 1, __ATOMIC_ACQ_REL) == hall->expected) {
      __atomic_add_fetch(&hall->all_present, 1, __ATOMIC_RELEASE);
      futex(&hall->all_present, FUTEX_WAKE, 1);
    }
    if (round + 1 == ROUNDS)
      return;
    while (__atomic_load_n(&hall->round, __ATOMIC_ACQUIRE) == round)
      futex(&hall->round, FUTEX_WAIT, round);
  }
}

static void wait_for_all(uint32_t rounds) {
  for (uint32_t n; (n = __atomic_load_n(&hall->all_present, __ATOMIC_ACQUIRE)) < rounds;)
    futex(&hall->all_present, FUTEX_WAIT, n);
}

static void next_round(void) {
  __atomic_store_n(&hall->present, 0, __ATOMIC_RELAXED);
  __atomic_add_fetch(&hall->round, 1, __ATOMIC_RELEASE);
  futex(&hall->round, FUTEX_WAKE, INT_MAX);
}

static int wake_all(const struct clab_load *load) {
  (void)load;
  next_round();
  wait_for_all(2);
  return 0;
}

static pthread_t *threads;

static void *run_thread(void *argument) {
  attend();
  return argument;
}

static int create_threads(const struct clab_load *load) {
  pthread_attr_t attributes;
  int error = open_hall(load->count);
  if (error || (error = pthread_attr_init(&attributes)))
    return error;
  if (load->stack_size &&
      (error = pthread_attr_setstacksize(&attributes, (size_t)load->stack_size)))
    return error;
  if (!(threads = calloc(load->count, sizeof *threads)))
    return errno;
  for (uint32_t i = 0; i < load->count; i++)
    if ((error = pthread_create(&threads[i], &attributes, run_thread, NULL)))
      return error;
  wait_for_all(1);
  return 0;
}

static int join_threads(const struct clab_load *load) {
  next_round();
  for (uint32_t i = 0; i < load->count; i++) {
    int error = pthread_join(threads[i], NULL);
    if (error)
      return error;
  }
  return 0;
}

static int create_processes(const struct clab_load *load) {
  int error = open_hall(load->count);
  if (error)
    return error;
  for (uint32_t i = 0; i < load->count; i++) {
    pid_t pid = clab_fork_companion();
    if (pid < 0)
      return errno;
    if (pid == 0) {
      attend();
      _exit(0);
    }
  }
  wait_for_all(1);
  return 0;
}

static int join_processes(const struct clab_load *load) {
  next_round();
  for (uint32_t i = 0; i < load->count; i++)
    while (wait(NULL) < 0)
      if (errno != EINTR)
        return errno;
  return 0;
}

/* ---- coroutines ------------------------------------------------------------------------------ */

static struct clab_coroutine *coroutines;

static void run_coroutine(void *argument) {
  (void)argument;
  for (uint32_t round = 0; round + 1 < ROUNDS; round++)
    clab_coroutine_suspend();
}

static int resume_all(const struct clab_load *load) {
  for (uint32_t i = 0; i < load->count; i++)
    clab_coroutine_resume(&coroutines[i]);
  return 0;
}

static int create_coroutines(const struct clab_load *load) {
  size_t size = load->stack_size ? (size_t)load->stack_size : COROUTINE_STACK;
  size_t guard = (size_t)sysconf(_SC_PAGESIZE);
  if (!(coroutines = calloc(load->count, sizeof *coroutines)))
    return errno;
  for (uint32_t i = 0; i < load->count; i++) {
    char *low = mmap(NULL, guard + size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (low == MAP_FAILED || mprotect(low, guard, PROT_NONE) < 0)
      return errno;
    int error = clab_coroutine_init(&coroutines[i], low + guard, size, run_coroutine, NULL);
    if (error)
      return error;
  }
  return resume_all(load);
}

static int join_coroutines(const struct clab_load *load) {
  size_t guard = (size_t)sysconf(_SC_PAGESIZE);
  resume_all(load);
  for (uint32_t i = 0; i < load->count; i++) {
    const struct clab_coroutine *coroutine = &coroutines[i];
    if (munmap((char *)(uintptr_t)coroutine->stack_low - guard,
               guard + (size_t)(coroutine->stack_high - coroutine->stack_low)) < 0)
      return errno;
  }
  return 0;
}

/* ---- the stages ------------------------------------------------------------------------------ */

static int nothing(const struct clab_load *load) {
  (void)load;
  return 0;
}

void clab_run_load(int channel, const void *argument) {
  static const struct ways all_ways[] = {
      [CLAB_LOAD_THREADS] = {create_threads, wake_all, join_threads},
      [CLAB_LOAD_COROUTINES] = {create_coroutines, resume_all, join_coroutines},
      [CLAB_LOAD_PROCESSES] = {create_processes, wake_all, join_processes},
  };
  const struct clab_load *load = argument;
  const struct ways *ways = &all_ways[load->kind];
  int (*const stages[])(const struct clab_load *) = {ways->create, nothing, ways->wake, ways->join};
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    clab_stage_await(channel);
    uint64_t start = clab_now();
    int error = stages[i](load);
    clab_stage_done(channel, clab_now() - start, error);
  }
  /* Not ended by itself: the laboratory may still look at what is left. */
  clab_stage_await(channel);
}
