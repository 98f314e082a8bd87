/* Registers of a caught signal on x86-64 (arch/x86/include/uapi/asm/sigcontext.h). */
#if defined(__x86_64__)
#include "architecture/registers.h"

/* Exceptions of the processor: Intel SDM volume 3, table 6-1. */
enum { TRAP_BREAKPOINT = 3, TRAP_PAGE_FAULT = 14 };
/* Bits of a page fault's error code: arch/x86/include/asm/trap_pf.h. */
enum { ERROR_WRITE = 1 << 1, ERROR_FETCH = 1 << 4 };

uint64_t clab_program_counter(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
}

uint64_t clab_stack_pointer(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RSP];
}

uint64_t clab_frame_pointer(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RBP];
}

uint32_t clab_trap_number(const ucontext_t *context) {
  return (uint32_t)context->uc_mcontext.gregs[REG_TRAPNO];
}

enum clab_access clab_access_kind(int signal, const ucontext_t *context) {
  if ((signal != SIGSEGV && signal != SIGBUS) || clab_trap_number(context) != TRAP_PAGE_FAULT)
    return CLAB_ACCESS_UNKNOWN;
  uint64_t error = (uint64_t)context->uc_mcontext.gregs[REG_ERR];
  if (error & ERROR_FETCH)
    return CLAB_ACCESS_EXECUTE;
  return error & ERROR_WRITE ? CLAB_ACCESS_WRITE : CLAB_ACCESS_READ;
}

void clab_context_set(ucontext_t *context, uint64_t program_counter, uint64_t stack_pointer) {
  context->uc_mcontext.gregs[REG_RIP] = (greg_t)program_counter;
  context->uc_mcontext.gregs[REG_RSP] = (greg_t)stack_pointer;
}

void clab_rewind_breakpoint(int signal, ucontext_t *context) {
  if (signal == SIGTRAP && clab_trap_number(context) == TRAP_BREAKPOINT)
    context->uc_mcontext.gregs[REG_RIP] -= 1; /* int3 is one byte long */
}
#endif
