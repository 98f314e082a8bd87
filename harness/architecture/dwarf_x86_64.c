/* Registers in DWARF's numbering on x86-64 (System V ABI, AMD64 supplement, figure 3.36). */
#if defined(__x86_64__)
#include "architecture/dwarf.h"
#include "architecture/registers.h"

#include <asm/prctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <unistd.h>

void clab_registers_of_context(const ucontext_t *context, struct clab_registers *registers) {
  static const uint8_t order[CLAB_REGISTERS] = {
      REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
      REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
  for (int i = 0; i < CLAB_REGISTERS; i++)
    registers->value[i] = (uint64_t)context->uc_mcontext.gregs[order[i]];
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
  registers->fs_base = registers->gs_base = 0; /* no part of the context */
  registers->has_segment_bases = false;
  /* A signal that was sent leaves what the last fault has told. */
  enum { BREAKPOINT = 3, OVERFLOW = 4 };
  registers->after_trap = context->uc_mcontext.gregs[REG_TRAPNO] == BREAKPOINT ||
                          context->uc_mcontext.gregs[REG_TRAPNO] == OVERFLOW;
  registers->bad_call_target =
      (clab_access_kind(SIGSEGV, context) == CLAB_ACCESS_EXECUTE &&
       (uint64_t)context->uc_mcontext.gregs[REG_CR2] == registers->value[CLAB_REG_PC]) ||
      clab_is_no_address(registers->value[CLAB_REG_PC]);
}

void clab_add_signature_bits(pid_t thread, struct clab_registers *registers) {
  (void)thread, (void)registers;
}

bool clab_signature_bits_of_user(const void *bytes, size_t size, struct clab_registers *registers) {
  (void)bytes, (void)size, (void)registers;
  return false;
}

void clab_own_segment_bases(struct clab_registers *registers) {
  registers->has_segment_bases = !syscall(SYS_arch_prctl, ARCH_GET_FS, &registers->fs_base) &&
                                 !syscall(SYS_arch_prctl, ARCH_GET_GS, &registers->gs_base);
}

long clab_syscall_of_thread(pid_t thread) {
  struct user_regs_struct user;
  return clab_general_registers(thread, &user) ? -1 : (long)user.orig_rax;
}

bool clab_registers_of_user(const void *bytes, size_t size, struct clab_registers *registers) {
  struct user_regs_struct user;
  if (size < sizeof user)
    return false;
  memcpy(&user, bytes, sizeof user);
  const uint64_t values[CLAB_REGISTERS] = {
      user.rax, user.rdx, user.rcx, user.rbx, user.rsi, user.rdi, user.rbp, user.rsp, user.r8,
      user.r9,  user.r10, user.r11, user.r12, user.r13, user.r14, user.r15, user.rip};
  for (int i = 0; i < CLAB_REGISTERS; i++)
    registers->value[i] = values[i];
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
  registers->fs_base = user.fs_base;
  registers->gs_base = user.gs_base;
  registers->has_segment_bases = true;
  registers->bad_call_target = registers->after_trap = false; /* siginfo tells */
  return true;
}
#endif
