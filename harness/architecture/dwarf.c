/* The registers of a thread that stands still. */
#include "architecture/dwarf.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

int clab_general_registers(pid_t thread, struct user_regs_struct *user) {
  struct iovec into = {user, sizeof *user};
  if (ptrace(PTRACE_GETREGSET, thread, (void *)NT_PRSTATUS, &into))
    return errno;
  return into.iov_len == sizeof *user ? 0 : ENOEXEC; /* a 32-bit thread has fewer and others */
}
