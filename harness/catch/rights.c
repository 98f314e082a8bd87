/* Forking the reader, and giving up rights. */
#include "clab_catch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

pid_t clab_catch_fork(void) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(1);
    setpgid(0, 0);
  } else if (child > 0) {
    setpgid(child, child); /* whoever comes first */
  }
  return child;
}

static int limit(int resource, rlim_t most) {
  struct rlimit both;
  if (getrlimit(resource, &both))
    return errno;
  if (both.rlim_max > most)
    both.rlim_max = most;
  both.rlim_cur = both.rlim_max;
  return setrlimit(resource, &both) ? errno : 0;
}

int clab_catch_limit(uint64_t memory, uint64_t seconds) {
  int error = limit(RLIMIT_AS, memory);
  if (!error)
    error = limit(RLIMIT_CPU, seconds);
  if (!error)
    error = limit(RLIMIT_FSIZE, 0);
  /* One byte: 0 would not keep a pipe from being started for it (core(5)). */
  if (!error)
    error = limit(RLIMIT_CORE, 1);
  return error;
}

void clab_catch_allow_files(uint64_t count) {
  struct rlimit both;
  if (getrlimit(RLIMIT_NOFILE, &both) || both.rlim_cur >= count)
    return;
  both.rlim_cur = count;
  if (both.rlim_max < count)
    both.rlim_max = count;
  setrlimit(RLIMIT_NOFILE, &both);
}

int clab_catch_drop_rights(uid_t user, gid_t group) {
  enum { MOST_CAPABILITIES = 64 };
  for (int i = 0; i < MOST_CAPABILITIES; i++)
    if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) && errno != EINVAL)
      return errno;
  if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user))
    return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
    return errno;
  /* The change of user has cleared it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return user != 0 && setuid(0) == 0 ? EPERM : 0;
}

int clab_catch_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clab_catch_pidfd(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int clab_catch_send(const char *path, const char *text, size_t size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path)
    return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int channel = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (channel < 0)
    return errno;
  ssize_t sent = sendto(channel, text, size, MSG_DONTWAIT | MSG_NOSIGNAL,
                        (struct sockaddr *)&address, sizeof address);
  int error = sent < 0 ? errno : 0;
  close(channel);
  return error;
}

_Noreturn static void pack(const char *program, int from, int to, uint64_t most, uid_t user,
                           gid_t group) {
  enum { SECONDS = 600 };
  static const uint64_t memory = (uint64_t)1 << 30;
  if (dup2(from, STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0)
    _exit(1);
  syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
  signal(SIGXFSZ, SIG_DFL);
  if (limit(RLIMIT_AS, memory) || limit(RLIMIT_CPU, SECONDS) || limit(RLIMIT_FSIZE, most) ||
      limit(RLIMIT_CORE, 1) || clab_catch_drop_rights(user, group))
    _exit(1);
  execlp(program, program, "-q", "-1", "-c", (char *)NULL);
  _exit(1);
}

pid_t clab_catch_pack(const char *program, int from, int to, uint64_t most, uid_t user,
                      gid_t group) {
  pid_t child = clab_catch_fork();
  if (child == 0)
    pack(program, from, to, most, user, group);
  return child;
}
