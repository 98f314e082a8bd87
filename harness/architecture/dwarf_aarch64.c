/* Registers in DWARF's numbering on aarch64 (DWARF for the Arm 64-bit Architecture, section 4.1).
 */
#if defined(__aarch64__)
#include "architecture/dwarf.h"
#include "architecture/registers.h"

#include <elf.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* arch/arm64/include/uapi/asm/ptrace.h, struct user_pac_mask. */
enum { NT_PAC_MASK = 0x406 };
struct pac_mask {
  uint64_t data, instructions;
};

/* XPACLRI replaces the signature in x30 by copies of bit 55, and does nothing on processors that do
   not sign. Bits that stay as they are hold none. */
static uint64_t own_signature_bits(void) {
  register uint64_t address __asm__("x30") = ~(UINT64_C(1) << 55);
  __asm__ volatile("hint #7" : "+r"(address));
  return ~(UINT64_C(1) << 55) & ~address;
}

void clab_registers_of_context(const ucontext_t *context, struct clab_registers *registers) {
  for (int i = 0; i < 31; i++)
    registers->value[i] = context->uc_mcontext.regs[i];
  registers->value[31] = context->uc_mcontext.sp;
  registers->value[32] = context->uc_mcontext.pc;
  registers->valid = (UINT64_C(1) << CLAB_REGISTERS) - 1;
  registers->has_segment_bases = registers->after_trap = false;
  registers->signature_bits = own_signature_bits();
  /* A signal that was sent leaves what the last fault has told. Not every kernel tells the kind. */
  enum clab_access access = clab_access_kind(SIGSEGV, context);
  registers->bad_call_target = (access == CLAB_ACCESS_EXECUTE || access == CLAB_ACCESS_UNKNOWN) &&
                               context->uc_mcontext.fault_address == context->uc_mcontext.pc;
}

void clab_add_signature_bits(pid_t thread, struct clab_registers *registers) {
  struct pac_mask mask;
  struct iovec into = {&mask, sizeof mask};
  if (ptrace(PTRACE_GETREGSET, thread, (void *)NT_PAC_MASK, &into) == 0 &&
      into.iov_len == sizeof mask)
    registers->signature_bits = mask.instructions;
}

bool clab_signature_bits_of_user(const void *bytes, size_t size, struct clab_registers *registers) {
  struct pac_mask mask;
  if (size < sizeof mask)
    return false;
  memcpy(&mask, bytes, sizeof mask);
  registers->signature_bits = mask.instructions;
  return true;
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
  registers->signature_bits = 0;                              /* a regset of their own */
  return true;
}
#endif
