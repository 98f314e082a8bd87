/*
 * Forking: a child that owns nothing of the laboratory but its channel and its board, that leads
 * a process group, and that the kernel kills when the laboratory is gone.
 */
#include "clab_observer.h"
#include "trial/child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct clab_trial_setup clab_own_setup;

static int null_device = -1;

void clab_laboratory_prepare(void) {
  if (null_device < 0)
    null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  clab_find_validation_pipe();
}

static void become_trial(const struct clab_trial_setup *setup, int channel, pid_t parent) {
  setpgid(0, 0);
  clab_die_with(parent);
  clab_reset_signals();
  if (null_device >= 0) {
    dup2(null_device, STDIN_FILENO);
    if (!setup->show_output) {
      dup2(null_device, STDOUT_FILENO);
      dup2(null_device, STDERR_FILENO);
    }
  }
  clab_keep_descriptors(channel, setup->board_descriptor);
  /* One byte, not none: a core pattern that is a pipe ignores a limit of 0 (core(5)). */
  struct rlimit core = {.rlim_cur = 1, .rlim_max = 1};
  setrlimit(RLIMIT_CORE, &core);
  clab_own_setup = *setup;
  clab_own_board = setup->board;
  char go;
  if (setup->observed) /* until it is traced */
    while (recv(CLAB_CHANNEL, &go, 1, 0) < 0 && errno == EINTR) {
    }
}

pid_t clab_fork_trial(const struct clab_trial_setup *setup, int *channel, int *pidfd) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
    return -1;
  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int));
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    become_trial(setup, ends[1], parent);
    return 0;
  }
  int error = errno;
  close(ends[1]);
  if (pid > 0) {
    setpgid(pid, pid); /* also here: whoever comes first, the group is there */
    *pidfd = pidfd_open(pid, 0);
    error = *pidfd < 0 ? errno : setup->observed ? clab_observer_seize(pid, 0) : 0;
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
    *(volatile int *)clab_opaque(0) = 1;
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
