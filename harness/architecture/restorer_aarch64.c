/* On aarch64 the restorer is the kernel's, in the vDSO (arch/arm64/kernel/vdso/sigreturn.S), or
   musl's. Neither has call frame information: unwinders are to know them by their instructions. */
#if defined(__aarch64__)
#include "architecture/restorer.h"

#include <stddef.h>
#include <string.h>

/* The lowest address of struct rt_sigframe (arch/arm64/kernel/signal.c): siginfo, then the
   context. */
enum { CONTEXT = sizeof(siginfo_t) };

bool clab_restorer_at(const uint8_t *code, struct clab_context_layout *layout) {
  static const uint32_t restorer[] = {0xd2801168, 0xd4000001}; /* mov x8, #139; svc #0 */
  _Static_assert(sizeof restorer == CLAB_RESTORER_BYTES, "what can be read");
  if (memcmp(code, restorer, sizeof restorer) != 0)
    return false;
  *layout = (struct clab_context_layout){
      .known = true,
      .lowest = CONTEXT + offsetof(ucontext_t, uc_mcontext.regs),
      .highest = CONTEXT + offsetof(ucontext_t, uc_mcontext.pc),
  };
  /* x0 to x30, sp and pc follow each other, as in DWARF's numbering. */
  for (int i = 0; i < CLAB_REGISTERS; i++)
    layout->offset[i] = layout->lowest + i * (int)sizeof(uint64_t);
  return true;
}
#endif
