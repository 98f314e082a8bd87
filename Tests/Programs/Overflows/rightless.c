/* What the reader of a crash may still do when it has given up its rights: a line for each call,
   with the error that it met. It is built with the harness's own sources. */
#include "clab_catch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *call, long result) {
  printf("%s: %s\n", call, result < 0 ? strerror(errno) : "done");
}

int main(int count, char **arguments) {
  (void)count;
  char byte = 0;
  struct iovec one = {&byte, 1};
  int there = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (clab_catch_drop_rights(65534, 65534) || clab_catch_filter_calls())
    return 1;
  tell("read", read(there, &byte, 1));
  tell("open", open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  tell("fork", child);
  tell("wait", waitpid(child, NULL, 0));
  tell("open of root's", open("/etc/shadow", O_RDONLY | O_CLOEXEC));
  tell("open to write", open("/tmp/rightless", O_WRONLY | O_CREAT, 0600));
  tell("mkdir", mkdir("/tmp/rightless", 0700));
  tell("unlink", unlink(arguments[0]));
  tell("execve", execv("/bin/true", arguments));
  tell("socket", socket(AF_INET, SOCK_STREAM, 0));
  tell("ptrace", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
  tell("process_vm_readv", process_vm_readv(getppid(), &one, 1, &one, 1, 0));
  tell("kill", kill(getppid(), SIGTERM));
  tell("setuid", setuid(0));
  tell("unshare", syscall(SYS_unshare, 0x10000000));
  tell("clone of a namespace", syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0));
  tell("PR_SET_DUMPABLE", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  tell("executable memory",
       mmap(NULL, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  return 0;
}
