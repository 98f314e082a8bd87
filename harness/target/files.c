#include "clab_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 600, NOT_FOUND = 127 };

/* What a decompressor may take: xz with its largest dictionary needs 65 MiB, zstd with --long=31 2
 * GiB.
 */
static const rlim_t most_memory = (rlim_t)4 << 30;

int clab_temporary_file(const char *folder) {
  return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static void limit(int resource, rlim_t most) {
  struct rlimit both = {most, most};
  setrlimit(resource, &both);
}

_Noreturn static void decompress(const char *program, int from, int to, uint64_t most) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGXFSZ, SIG_DFL);
  limit(RLIMIT_FSIZE, most);
  limit(RLIMIT_AS, most_memory);
  limit(RLIMIT_CPU, SECONDS);
  limit(RLIMIT_CORE, 0);
  int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (lseek(from, 0, SEEK_SET) != 0 || dup2(from, STDIN_FILENO) < 0 ||
      dup2(to, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
    _exit(1);
  execlp(program, program, "-dc", (char *)NULL);
  _exit(NOT_FOUND);
}

int clab_unpack(const char *program, int from, int to, uint64_t most) {
  pid_t child = fork();
  if (child < 0)
    return errno;
  if (child == 0)
    decompress(program, from, to, most);
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return errno;
  if (WIFSIGNALED(status))
    return WTERMSIG(status) == SIGXFSZ ? EFBIG : EIO;
  if (WEXITSTATUS(status) == NOT_FOUND)
    return ENOENT;
  return WEXITSTATUS(status) == 0 ? 0 : EIO;
}

int clab_open_below(const char *root, const char *path) {
  int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return -1;
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                         .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  int file = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
  int error = errno;
  close(folder);
  errno = error;
  return file;
}

int clab_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
