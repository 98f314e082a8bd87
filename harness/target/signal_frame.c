/* Reads the frame that the kernel makes for a signal handler (struct rt_sigframe). */
#include "architecture/registers.h"

#include <string.h>

#if defined(__x86_64__)
/* arch/x86/include/asm/sigframe.h: the context, then siginfo; the return address below them is gone
   by then. The C library's ucontext_t is longer than the kernel's. */
enum { CONTEXT = 0, CONTEXT_SIZE = 304, INFO = 304 };

static uint64_t page_fault(const ucontext_t *context) {
  bool known = clab_access_kind(SIGSEGV, context) != CLAB_ACCESS_UNKNOWN;
  return known ? (uint64_t)context->uc_mcontext.gregs[REG_CR2] : 0;
}
#elif defined(__aarch64__)
/* arch/arm64/kernel/signal.c: siginfo, then the context, of which the general registers are
   wanted. */
enum {
  INFO = 0,
  CONTEXT = sizeof(siginfo_t),
  CONTEXT_SIZE = offsetof(ucontext_t, uc_mcontext.__reserved)
};

static uint64_t page_fault(const ucontext_t *context) { return context->uc_mcontext.fault_address; }
#endif
_Static_assert((size_t)CONTEXT_SIZE <= sizeof(ucontext_t), "read into it");
_Static_assert(sizeof(siginfo_t) == 128, "the kernel's size");

bool clab_signal_frame_read(const struct clab_target *target, uint64_t sp,
                            struct clab_signal_frame *frame) {
  ucontext_t context;
  memset(&context, 0, sizeof context);
  if (target->read(target->context, sp + INFO, &frame->info, sizeof frame->info) !=
          sizeof frame->info ||
      target->read(target->context, sp + CONTEXT, &context, CONTEXT_SIZE) != CONTEXT_SIZE)
    return false;
  clab_registers_of_context(&context, &frame->registers);
  frame->page_fault = page_fault(&context);
  return true;
}
