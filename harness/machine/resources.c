/*
 * How much of something this machine lets a child have: descriptors, threads, mappings. Limits are
 * kept in several places (rlimits, sysctls, control groups), so it is tried.
 */
#include "crashlab_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static long take_descriptors(long most) {
  long count = 0;
  while (count < most && fcntl(STDERR_FILENO, F_DUPFD, 0) >= 0)
    count++;
  return count;
}

static void *stay(void *argument) {
  for (;;)
    pause();
  return argument;
}

static long take_threads(long most) {
  pthread_attr_t attributes;
  pthread_t thread;
  long count = 0, least = sysconf(_SC_THREAD_STACK_MIN);
  size_t size = least > 64 * 1024 ? (size_t)least : 64 * 1024;
  if (pthread_attr_init(&attributes) || pthread_attr_setstacksize(&attributes, size))
    return 0;
  while (count < most && pthread_create(&thread, &attributes, stay, NULL) == 0)
    count++;
  return count;
}

/* Every second page of a mapping becomes one of its own. */
static long take_mappings(long most) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  long count = 0;
  char *memory = mmap(NULL, page * ((size_t)most + 1), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  while (memory != MAP_FAILED && count < most &&
         mprotect(memory + (size_t)count * page, page, PROT_NONE) == 0)
    count += 2;
  return count < most ? count : most;
}

/* Bytes that are written to, in pieces of a mebibyte. */
static long take_memory(long most) {
  enum { PIECE = 1 << 20 };
  long count = 0;
  while (count < most) {
    char *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED)
      break;
    count += PIECE;
  }
  return count < most ? count : most;
}

static long (*const takers[])(long) = {
    [CLAB_RESOURCE_DESCRIPTORS] = take_descriptors,
    [CLAB_RESOURCE_THREADS] = take_threads,
    [CLAB_RESOURCE_MAPPINGS] = take_mappings,
    [CLAB_RESOURCE_MEMORY] = take_memory,
};

long clab_try_resource(enum clab_resource resource, long most) {
  long *count =
      mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (count == MAP_FAILED)
    return 0;
  *count = 0;
  pid_t child = clab_fork_companion();
  if (child == 0) {
    *count = takers[resource](most);
    _exit(0);
  }
  while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  long had = *count;
  munmap(count, sizeof *count);
  return had;
}

static void take(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  _exit(info->si_code == SI_QUEUE && info->si_pid == getpid() ? 0 : EAGAIN);
}

int clab_try_signal_information(void) {
  pid_t child = clab_fork_companion();
  if (child == 0) {
    struct sigaction action = {.sa_sigaction = take, .sa_flags = SA_SIGINFO};
    sigset_t none;
    sigemptyset(&none);
    sigaction(SIGSEGV, &action, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    sigqueue(getpid(), SIGSEGV, (union sigval){.sival_int = 1});
    _exit(errno);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child < 0 ? errno : WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
}
