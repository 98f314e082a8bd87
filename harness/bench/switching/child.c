#include "switching/child.h"

#include "crashlab_harness.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int clab_place(const struct clab_placement *placement) {
  if (placement->cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(placement->cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0)
      return errno;
  }
  struct sched_param parameter = {.sched_priority = placement->policy == SCHED_FIFO};
  return sched_setscheduler(0, placement->policy, &parameter) < 0 ? errno : 0;
}

int clab_last_cpu(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) < 0)
    return -1;
  int cpu = CPU_SETSIZE - 1;
  while (cpu >= 0 && !CPU_ISSET(cpu, &set))
    cpu--;
  return cpu;
}

void clab_become_child(pid_t parent) {
  /* A group of its own: a deadline ends whatever it forked, and Ctrl-C ends the caller's loop
     between two samples, not a sample. */
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1);
}

int clab_wait_for_child(int pidfd, int channel, uint32_t milliseconds) {
  uint64_t end = clab_now() + (uint64_t)milliseconds * 1000000u;
  for (;;) {
    uint64_t now = clab_now();
    if (now >= end)
      return ETIMEDOUT;
    struct pollfd waited[] = {{.fd = pidfd, .events = POLLIN}, {.fd = channel, .events = POLLIN}};
    int n = poll(waited, 2, (int)((end - now + 999999u) / 1000000u));
    if (n > 0)
      return 0;
    if (n < 0 && errno != EINTR)
      return errno;
  }
}

void clab_end_child(pid_t pid, int pidfd) {
  kill(-pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
  }
  close(pidfd);
}

/* What the child writes, and after it the body's own figures. */
struct answer {
  int32_t error;
  uint32_t complete;
  _Alignas(64) char figures[];
};

int clab_measure_in_child(const struct clab_placement *placement,
                          int (*body)(void *shared, const void *argument), const void *argument,
                          void *result, size_t size) {
  size_t mapped = sizeof(struct answer) + size;
  struct answer *answer =
      mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (answer == MAP_FAILED)
    return errno;
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    clab_become_child(parent);
    int error = clab_place(placement);
    answer->error = error ? error : body(answer->figures, argument);
    __atomic_store_n(&answer->complete, 1, __ATOMIC_RELEASE);
    _exit(0);
  }
  int error = pid < 0 ? errno : 0;
  if (pid > 0) {
    setpgid(pid, pid);
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    error = pidfd < 0 ? errno : clab_wait_for_child(pidfd, -1, placement->deadline);
    clab_end_child(pid, pidfd);
    if (__atomic_load_n(&answer->complete, __ATOMIC_ACQUIRE))
      error = answer->error;
    else if (!error)
      error = ECANCELED;
    if (!error)
      memcpy(result, answer->figures, size);
  }
  munmap(answer, mapped);
  return error;
}

struct body_order {
  int (*body)(struct clab_sample *sample, const void *argument);
  const void *argument;
};

static int run_body(void *shared, const void *argument) {
  const struct body_order *order = argument;
  return order->body(shared, order->argument);
}

int clab_measure_body(int (*body)(struct clab_sample *sample, const void *argument),
                      const void *argument, const struct clab_placement *placement,
                      struct clab_sample *sample) {
  struct body_order order = {.body = body, .argument = argument};
  return clab_measure_in_child(placement, run_body, &order, sample, sizeof *sample);
}

uint64_t clab_thread_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
