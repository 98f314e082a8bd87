/* The registers of a thread that stands still, in DWARF's numbering. */
#include "architecture/dwarf.h"

#include <errno.h>
#include <sys/user.h>

int clab_registers_of_thread(pid_t thread, struct clab_registers *registers) {
  struct user_regs_struct user;
  int error = clab_general_registers(thread, &user);
  if (error)
    return error;
  return clab_registers_of_user(&user, sizeof user, registers) ? 0 : EIO;
}
