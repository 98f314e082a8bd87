/*
 * The calls that the laboratory and its children make, each tried in a child of its own: a system
 * call filter (seccomp) may refuse one with any errno, or kill whoever makes it.
 */
#include "crashlab_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_setpgid(void) { return setpgid(0, 0); }

static int try_prctl(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

/* Both are prlimit64. */
static int try_setrlimit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_DATA, &limit) || setrlimit(RLIMIT_DATA, &limit);
}

static int try_sigaltstack(void) {
  stack_t none = {.ss_flags = SS_DISABLE};
  return sigaltstack(&none, NULL);
}

static int try_sigaction(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  return sigaction(SIGSEGV, &action, NULL);
}

static int try_memfd_create(void) { return memfd_create("tried", MFD_CLOEXEC) < 0; }

static int try_socketpair(void) {
  int ends[2];
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int try_pipe2(void) {
  int ends[2];
  return pipe2(ends, O_CLOEXEC);
}

static int try_dup3(void) {
  int other = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  return other < 0 || dup3(other, other + 1, O_CLOEXEC) < 0;
}

static int try_signalfd(void) {
  sigset_t none;
  sigemptyset(&none);
  return signalfd(-1, &none, SFD_CLOEXEC) < 0;
}

static int try_poll(void) { return poll(NULL, 0, 0); }

static int try_futex(void) {
  uint32_t word = 0;
  return syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0) < 0;
}

static int try_mmap(void) {
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int try_mprotect(void) {
  void *low = clab_map_stack(0, false, (size_t)sysconf(_SC_PAGESIZE), 4096);
  return !low;
}

static int try_kill(void) { return kill(getpid(), 0); }

/* A program that is not there: only the refusal matters. */
static int try_execve(void) {
  execve("", (char *[]){NULL}, (char *[]){NULL});
  return errno != ENOENT;
}

static int try_waitid(void) {
  int process = (int)syscall(SYS_pidfd_open, getpid(), 0);
  siginfo_t information;
  return process < 0 || !waitid(P_PIDFD, (id_t)process, &information, WEXITED | WNOHANG) ||
         errno != ECHILD;
}

static void *nothing(void *argument) { return argument; }

static int try_thread(void) {
  pthread_t thread;
  errno = pthread_create(&thread, NULL, nothing, NULL);
  return errno ? -1 : pthread_join(thread, NULL);
}

static const struct {
  const char *name;
  int (*attempt)(void); /* 0, or another value and errno */
} calls[] = {
    {"setpgid", try_setpgid},
    {"prctl", try_prctl},
    {"setrlimit", try_setrlimit},
    {"sigaction", try_sigaction},
    {"sigaltstack", try_sigaltstack},
    {"memfd_create", try_memfd_create},
    {"socketpair", try_socketpair},
    {"pipe2", try_pipe2},
    {"dup3", try_dup3},
    {"signalfd", try_signalfd},
    {"poll", try_poll},
    {"futex", try_futex},
    {"mmap", try_mmap},
    {"mprotect", try_mprotect},
    {"kill", try_kill},
    {"execve", try_execve},
    {"waitid", try_waitid},
    {"clone (a thread)", try_thread},
    {"fork", NULL}, /* is what all of them are tried by */
};

const char *clab_call_name(size_t index) {
  return index < sizeof calls / sizeof *calls ? calls[index].name : NULL;
}

int clab_try_call(size_t index) {
  pid_t child = clab_fork_companion();
  if (child == 0) {
    prctl(PR_SET_DUMPABLE, 0); /* a filter that kills would leave a core */
    errno = 0;
    _exit(calls[index].attempt && calls[index].attempt() ? errno : 0);
  }
  int status;
  if (child < 0)
    return calls[index].attempt ? 0 : errno; /* nothing is known of the others then */
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return errno;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
