/* Registers of a caught signal on aarch64 (arch/arm64/include/uapi/asm/sigcontext.h). */
#if defined(__aarch64__)
#include "architecture/registers.h"

#include <asm/sigcontext.h>

uint64_t clab_program_counter(const ucontext_t *context) { return context->uc_mcontext.pc; }

uint64_t clab_stack_pointer(const ucontext_t *context) { return context->uc_mcontext.sp; }

uint64_t clab_frame_pointer(const ucontext_t *context) { return context->uc_mcontext.regs[29]; }

/* The exception syndrome register, if the kernel put its record into the frame; otherwise 0. */
static uint64_t syndrome(const ucontext_t *context) {
  const unsigned char *record = (const unsigned char *)context->uc_mcontext.__reserved;
  const unsigned char *end = record + sizeof context->uc_mcontext.__reserved;
  while (record + sizeof(struct _aarch64_ctx) <= end) {
    const struct _aarch64_ctx *head = (const struct _aarch64_ctx *)record;
    if (head->magic == ESR_MAGIC)
      return ((const struct esr_context *)record)->esr;
    if (head->magic == 0 || head->size == 0)
      break;
    record += head->size;
  }
  return 0;
}

uint32_t clab_trap_number(const ucontext_t *context) {
  return (uint32_t)(syndrome(context) >> 26); /* the exception class */
}

enum clab_access clab_access_kind(int signal, const ucontext_t *context) {
  /* Exception classes and the write-not-read bit: Arm ARM, ESR_EL1. */
  enum { INSTRUCTION_ABORT = 0x20, DATA_ABORT = 0x24, WRITE_NOT_READ = 1 << 6 };
  if (signal != SIGSEGV && signal != SIGBUS)
    return CLAB_ACCESS_UNKNOWN;
  switch (clab_trap_number(context)) {
  case INSTRUCTION_ABORT:
    return CLAB_ACCESS_EXECUTE;
  case DATA_ABORT:
    return syndrome(context) & WRITE_NOT_READ ? CLAB_ACCESS_WRITE : CLAB_ACCESS_READ;
  default:
    return CLAB_ACCESS_UNKNOWN;
  }
}

void clab_context_set(ucontext_t *context, uint64_t program_counter, uint64_t stack_pointer) {
  context->uc_mcontext.pc = program_counter;
  context->uc_mcontext.sp = stack_pointer;
}

/* brk leaves the program counter on itself. */
void clab_rewind_breakpoint(int signal, ucontext_t *context) {
  (void)signal;
  (void)context;
}
#endif
