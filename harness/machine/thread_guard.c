/*
 * How the C library guards a thread's stack: by a mapping without access, or by MADV_GUARD_INSTALL
 * (glibc 2.42 on a kernel that has it). The kernel answers an access to them with different codes.
 */
#include "crashlab_harness.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UNKNOWN = 99 };

static const char *guarded;

static void tell(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  unsigned char resident;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  bool is_mapped = mincore((void *)((uintptr_t)guarded & -page), page, &resident) == 0;
  _exit(info->si_addr != guarded       ? UNKNOWN
        : info->si_code == SEGV_ACCERR ? CLAB_THREAD_GUARD_MAPPING
        : is_mapped                    ? CLAB_THREAD_GUARD_INSTALLED
                                       : CLAB_THREAD_GUARD_NONE);
}

static void *write_below(void *argument) {
  uint64_t low, high;
  if (clab_current_stack(&low, &high))
    _exit(UNKNOWN);
  guarded = (const char *)low - 1;
  *(volatile char *)guarded = 1;
  _exit(CLAB_THREAD_GUARD_NONE);
  return argument;
}

/* Runs in a child that ends by itself; returns its exit status, or -1. */
static int exit_status_of(void (*attempt)(void)) {
  pid_t child = clab_fork_companion();
  if (child == 0) {
    prctl(PR_SET_DUMPABLE, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    attempt();
    _exit(UNKNOWN);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) != UNKNOWN ? WEXITSTATUS(status)
                                                                          : -1;
}

static void try_guard(void) {
  struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO};
  pthread_t thread;
  if (sigaction(SIGSEGV, &action, NULL) == 0 &&
      pthread_create(&thread, NULL, write_below, NULL) == 0)
    pthread_join(thread, NULL);
}

enum clab_thread_guard clab_try_thread_guard(void) {
  int status = exit_status_of(try_guard);
  return status < 0 ? UNKNOWN : (enum clab_thread_guard)status;
}

enum { LARGE_GUARD = 16 /* of the least */, STACK = 512 * 1024 };

/* glibc makes no smaller guard for a thread (nptl/allocatestack.c, ARCH_MIN_GUARD_SIZE). */
static size_t least_guard(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
#if defined(__aarch64__)
  enum { LEAST = 64 * 1024 };
  return page > LEAST ? page : LEAST;
#else
  return page;
#endif
}

struct place {
  uint64_t low;
  uint64_t high;
};

static void *note_place(void *argument) {
  struct place *place = argument;
  clab_current_stack(&place->low, &place->high);
  return NULL;
}

static void guard_was_kept(int signal) {
  (void)signal;
  _exit(0);
}

/* Writes into what was the first thread's guard, above what may be this one's. */
static void *write_into_first_guard(void *argument) {
  const struct place *first = argument;
  struct place own = {0, 0};
  note_place(&own);
  if (own.high != first->high)
    _exit(UNKNOWN); /* another stack */
  signal(SIGSEGV, guard_was_kept);
  *(volatile char *)(first->low - 2 * (uint64_t)sysconf(_SC_PAGESIZE)) = 1;
  _exit(1);
}

static void try_cached_guard(void) {
  struct place first = {0, 0};
  size_t guard = least_guard();
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) == 0 &&
      pthread_attr_setstacksize(&attributes, 2 * (size_t)STACK) == 0 &&
      pthread_attr_setguardsize(&attributes, LARGE_GUARD * guard) == 0 &&
      pthread_create(&thread, &attributes, note_place, &first) == 0 &&
      pthread_join(thread, NULL) == 0 && pthread_attr_setstacksize(&attributes, STACK) == 0 &&
      pthread_attr_setguardsize(&attributes, guard) == 0 &&
      pthread_create(&thread, &attributes, write_into_first_guard, &first) == 0)
    pthread_join(thread, NULL);
}

int clab_try_cached_guard(void) { return exit_status_of(try_cached_guard); }
