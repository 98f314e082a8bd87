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

int clab_registers_of_thread(pid_t thread, struct clab_registers *registers) {
  struct user_regs_struct user;
  int error = clab_general_registers(thread, &user);
  if (error)
    return error;
  return clab_registers_of_user(&user, sizeof user, registers) ? 0 : EIO;
}
