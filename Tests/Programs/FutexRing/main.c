/*
 * The laboratory's thread and process figures, measured again by other hands: a token passed round
 * a ring on one core by shared futexes under SCHED_BATCH. Shares no code with the harness.
 *
 *     futex-ring threads|processes MEMBERS LAPS CPU     prints: NANOSECONDS-A-HOP SWITCHES-A-HOP
 *
 * The nanoseconds are of the members' processor time: whoever else runs on that core has the rest.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct place {
  atomic_int has_token;
  double nanoseconds; /* of its member, for the laps that are timed */
  char apart[48];
};

static struct place *places;
static long members, laps;

static double clock_nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void sit(long seat) {
  struct place *mine = &places[seat], *right = &places[(seat + 1) % members];
  double start = 0;
  /* The first tenth warms up and is not timed. */
  for (long lap = 0; lap < laps + laps / 10; lap++) {
    while (atomic_load(&mine->has_token) == 0)
      syscall(SYS_futex, &mine->has_token, FUTEX_WAIT, 0, 0, 0, 0);
    atomic_store(&mine->has_token, 0);
    if (lap == laps / 10)
      start = clock_nanoseconds();
    if (lap == laps + laps / 10 - 1)
      mine->nanoseconds = clock_nanoseconds() - start;
    atomic_store(&right->has_token, 1);
    syscall(SYS_futex, &right->has_token, FUTEX_WAKE, 1, 0, 0, 0);
  }
}

static void *sit_thread(void *seat) {
  sit((long)seat);
  return 0;
}

static long switches(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return usage.ru_nvcsw + usage.ru_nivcsw;
}

int main(int count, char **arguments) {
  if (count != 5)
    return 2;
  int processes = strcmp(arguments[1], "processes") == 0;
  members = atol(arguments[2]);
  laps = atol(arguments[3]);
  cpu_set_t core;
  CPU_ZERO(&core);
  CPU_SET(atoi(arguments[4]), &core);
  struct sched_param zero = {0};
  if (sched_setaffinity(0, sizeof core, &core) || sched_setscheduler(0, SCHED_BATCH, &zero))
    return 1;
  places = mmap(0, (size_t)members * sizeof *places, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (places == MAP_FAILED)
    return 1;
  long before = switches(RUSAGE_SELF);
  pthread_t threads[members];
  for (long i = members - 1; i >= 0; i--) {
    if (i == 0)
      atomic_store(&places[0].has_token, 1);
    if (!processes) {
      pthread_create(&threads[i], 0, sit_thread, (void *)i);
    } else if (fork() == 0) {
      sit(i);
      _exit(0);
    }
  }
  for (long i = 0; i < members; i++)
    if (processes)
      wait(0);
    else
      pthread_join(threads[i], 0);
  long switched = switches(processes ? RUSAGE_CHILDREN : RUSAGE_SELF) - (processes ? 0 : before);
  double nanoseconds = 0;
  for (long i = 0; i < members; i++)
    nanoseconds += places[i].nanoseconds;
  /* A member's clock stops as it takes the token for its last lap: laps - 1 whole laps. */
  printf("%.1f %.4f\n", nanoseconds / ((double)(laps - 1) * (double)members),
         (double)switched / ((double)(laps + laps / 10) * (double)members));
  return 0;
}
