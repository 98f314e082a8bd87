/*
 * Forking: a child that owns nothing of the laboratory but its channel and its board, that leads
 * a process group, and that the kernel kills when the laboratory is gone.
 */
#include "clab_machine.h"
#include "clab_observer.h"
#include "trial/child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

struct clab_trial_setup clab_own_setup;

static int null_device = -1;

int clab_laboratory_prepare(void) {
  clab_make_mark();
  clab_refused = "open /dev/null";
  if (null_device < 0)
    null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null_device < 0)
    return errno;
  clab_refused = "process_vm_readv";
  int error = clab_try_read();
  if (error)
    return error;
  clab_refused = "pipe";
  return clab_find_validation_pipe();
}

/* Makes the OOM killer prefer the child. */
static void be_first_to_be_killed(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0)
    return; /* the limits hold all the same */
  ssize_t written = write(file, "1000", 4);
  (void)written;
  close(file);
}

/* A lower hard limit stays as it is: only root may raise it. */
static int limit(int resource, uint64_t most) {
  struct rlimit limit;
  clab_refused = "setrlimit";
  if (most == 0)
    return 0;
  if (getrlimit(resource, &limit))
    return errno;
  if (limit.rlim_max > most)
    limit.rlim_max = most;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(resource, &limit) ? errno : 0;
}

/* A main stack without a limit would take all memory of the machine before it faults. The kernel
   looks at the limit whenever the stack grows. */
static int bound_main_stack(void) {
  enum { USUAL = 8 << 20 };
  struct rlimit limit;
  clab_refused = "setrlimit";
  if (getrlimit(RLIMIT_STACK, &limit))
    return errno;
  if (limit.rlim_cur != RLIM_INFINITY)
    return 0;
  limit.rlim_cur = USUAL;
  return setrlimit(RLIMIT_STACK, &limit) ? errno : 0;
}

/* Without these a child could not be ended whole, and could take what it likes. */
static int confine(const struct clab_trial_setup *setup) {
  clab_refused = "setpgid";
  if (setpgid(0, 0))
    return errno;
  int error = bound_main_stack();
  /* One byte, not none: a core pattern that is a pipe ignores a limit of 0 (core(5)). */
  if (!error)
    error = limit(RLIMIT_CORE, 1);
  if (!error)
    error = limit(RLIMIT_DATA, setup->memory_limit);
  if (!error)
    error = limit(RLIMIT_FSIZE, setup->file_limit);
  return error;
}

static int become_trial(const struct clab_trial_setup *setup, int channel, pid_t parent) {
  clab_die_with(parent);
  clab_reset_signals();
  clab_bear_mark();
  dup2(null_device, STDIN_FILENO);
  if (!setup->show_output) {
    dup2(null_device, STDOUT_FILENO);
    dup2(null_device, STDERR_FILENO);
  }
  be_first_to_be_killed();
  clab_refused = "dup3";
  int error = clab_keep_descriptors(channel, setup->board_descriptor);
  clab_own_setup = *setup;
  clab_own_board = setup->board;
  if (!error)
    error = confine(setup);
  char go;
  if (setup->observed) /* until it is traced */
    while (recv(CLAB_CHANNEL, &go, 1, 0) < 0 && errno == EINTR) {
    }
  return error;
}

pid_t clab_fork_trial(const struct clab_trial_setup *setup, int *channel, int *pidfd) {
  int ends[2];
  clab_refused = "socketpair";
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
    return -1;
  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int));
  pid_t parent = getpid();
  clab_refused = "madvise";
  pid_t pid = -1;
  if (clab_board_hand_on(setup->board, true) == 0) {
    clab_refused = "fork";
    pid = fork();
  }
  if (pid == 0) {
    int error = become_trial(setup, ends[1], parent);
    if (error)
      clab_give_up(clab_refused, error);
    return 0;
  }
  int error = errno;
  clab_board_hand_on(setup->board, false);
  close(ends[1]);
  if (pid > 0) {
    setpgid(pid, pid); /* also here: whoever comes first, the group is there */
    clab_refused = "pidfd_open";
    *pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    error = *pidfd < 0 ? errno : 0;
    if (!error && setup->observed) {
      clab_refused = "ptrace";
      error = clab_observer_seize(pid, 0);
    }
    if (!error) {
      if (setup->observed)
        send(ends[0], &(char){CLAB_GO_ON}, 1, MSG_NOSIGNAL);
      *channel = ends[0];
      return pid;
    }
    if (*pidfd >= 0)
      close(*pidfd);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  close(ends[0]);
  errno = error;
  return -1;
}

int clab_bare_crash(void) {
  pid_t pid = fork();
  if (pid == 0) {
    struct rlimit core = {.rlim_cur = 1, .rlim_max = 1};
    setrlimit(RLIMIT_CORE, &core);
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(SIGSEGV, &action, NULL);
    *(volatile int *)clab_optimizer_barrier(0) = 1;
    _exit(0);
  }
  int status;
  if (pid < 0 || waitpid(pid, &status, 0) != pid)
    return -1;
  return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

pid_t clab_fork_companion(void) {
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0)
    clab_die_with(parent);
  return pid;
}

ssize_t clab_receive(int channel, void *buffer, size_t size, pid_t *sender) {
  union {
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = buffer, .iov_len = size};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  *sender = 0;
  ssize_t count = recvmsg(channel, &message, MSG_DONTWAIT);
  if (count < 0)
    return count;
  for (struct cmsghdr *part_of = CMSG_FIRSTHDR(&message); part_of;
       part_of = CMSG_NXTHDR(&message, part_of))
    if (part_of->cmsg_level == SOL_SOCKET && part_of->cmsg_type == SCM_CREDENTIALS) {
      struct ucred credentials;
      memcpy(&credentials, CMSG_DATA(part_of), sizeof credentials);
      *sender = credentials.pid;
    }
  return count;
}
