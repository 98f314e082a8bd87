/* Registers in DWARF's numbering on aarch64 (DWARF for the Arm 64-bit Architecture, section 4.1).
 */
#if defined(__aarch64__)
#include "architecture/dwarf.h"
#include "architecture/registers.h"

#include <string.h>
#include <sys/user.h>

void clab_registers_of_context(const ucontext_t *context, struct clab_registers *registers) {
  for (int i = 0; i < 31; i++)
    registers->value[i] = context->uc_mcontext.regs[i];
  registers->value[31] = context->uc_mcontext.sp;
  registers->value[32] = context->uc_mcontext.pc;
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
  registers->has_segment_bases = registers->after_trap = false;
  /* A signal that was sent leaves what the last fault has told. Not every kernel tells the kind. */
  enum clab_access access = clab_access_kind(SIGSEGV, context);
  registers->bad_call_target = (access == CLAB_ACCESS_EXECUTE || access == CLAB_ACCESS_UNKNOWN) &&
                               context->uc_mcontext.fault_address == context->uc_mcontext.pc;
}

void clab_own_segment_bases(struct clab_registers *registers) {
  registers->has_segment_bases = false;
}

long clab_syscall_of_thread(pid_t thread) {
  struct user_regs_struct user;
  return clab_general_registers(thread, &user) ? -1 : (long)user.regs[8];
}

bool clab_registers_of_user(const void *bytes, size_t size, struct clab_registers *registers) {
  struct user_regs_struct user;
  if (size < sizeof user)
    return false;
  memcpy(&user, bytes, sizeof user);
  for (int i = 0; i < 31; i++)
    registers->value[i] = user.regs[i];
  registers->value[31] = user.sp;
  registers->value[32] = user.pc;
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
  registers->has_segment_bases = false;
  registers->bad_call_target = registers->after_trap = false; /* siginfo tells */
  return true;
}
#endif
