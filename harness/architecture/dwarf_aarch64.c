/* Registers in DWARF's numbering on aarch64 (DWARF for the Arm 64-bit Architecture, section 4.1).
 */
#if defined(__aarch64__)
#include "architecture/dwarf.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

void clab_registers_of_context(const ucontext_t *context, struct clab_registers *registers) {
  for (int i = 0; i < 31; i++)
    registers->value[i] = context->uc_mcontext.regs[i];
  registers->value[31] = context->uc_mcontext.sp;
  registers->value[32] = context->uc_mcontext.pc;
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
}

int clab_registers_of_thread(pid_t thread, struct clab_registers *registers) {
  struct user_regs_struct user;
  struct iovec into = {&user, sizeof user};
  if (ptrace(PTRACE_GETREGSET, thread, (void *)NT_PRSTATUS, &into) != 0)
    return errno;
  for (int i = 0; i < 31; i++)
    registers->value[i] = user.regs[i];
  registers->value[31] = user.sp;
  registers->value[32] = user.pc;
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
  return 0;
}
#endif
