/*
 * The call sites of the coroutine switch on x86-64; included by switch.h alone.
 */
#ifndef CLAB_COROUTINE_SWITCH_X86_64_H
#define CLAB_COROUTINE_SWITCH_X86_64_H

#if defined(__CET__) && (__CET__ & 1)
#define CLAB_LANDING "endbr64\n\t"
#else
#define CLAB_LANDING ""
#endif

#if defined(__AVX512F__)
#define CLAB_CLOBBER_AVX512                                                                        \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",      \
      "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",    \
      "k7"
#else
#define CLAB_CLOBBER_AVX512
#endif

/* What a function call may change, less the arguments' registers. */
#define CLAB_CLOBBER_CALL                                                                          \
  "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",   \
      "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "mm0", \
      "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "st", "st(1)", "st(2)", "st(3)", "st(4)",   \
      "st(5)", "st(6)", "st(7)", "cc", "memory" CLAB_CLOBBER_AVX512

static inline __attribute__((always_inline)) void clab_switch(void **suspended, void *resumed) {
  __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                   "jmp clab_switch_jump\n"
                   "1:\t" CLAB_LANDING
                   : "+D"(suspended), "+S"(resumed)
                   :
                   : CLAB_CLOBBER_CALL);
}

static inline __attribute__((always_inline)) void clab_switch_full(void **suspended,
                                                                   void *resumed) {
  __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                   "jmp clab_switch_full_jump\n"
                   "1:\t" CLAB_LANDING
                   : "+D"(suspended), "+S"(resumed)
                   :
                   : CLAB_CLOBBER_CALL);
}

/* Nothing is pushed: a function that calls nothing may keep its variables in the red zone below the
   stack pointer. Between the new stack pointer and the resumed place no unwind rule of the
   enclosing function is true, so there the return address is declared undefined and an unwind ends
   at once. */
static inline __attribute__((always_inline)) void
clab_switch_inline(struct clab_inline_stack *suspended, struct clab_inline_stack *resumed) {
  __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                   "movq %%rsp, (%0)\n\t"
                   "movq %%rbp, 8(%0)\n\t"
                   "movq %%rax, 16(%0)\n\t"
                   ".cfi_remember_state\n\t"
                   ".cfi_undefined rip\n\t"
                   "movq 8(%1), %%rbp\n\t"
                   "movq (%1), %%rsp\n\t"
                   "jmpq *16(%1)\n"
                   ".cfi_restore_state\n"
                   "1:\t" CLAB_LANDING
                   : "+D"(suspended), "+S"(resumed)
                   :
                   : "rbx", "r12", "r13", "r14", "r15", CLAB_CLOBBER_CALL);
}

#endif
