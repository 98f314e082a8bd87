/*
 * The call sites of the coroutine switch on aarch64; included by switch.h alone.
 */
#ifndef CLAB_COROUTINE_SWITCH_AARCH64_H
#define CLAB_COROUTINE_SWITCH_AARCH64_H

#if defined(__ARM_FEATURE_BTI_DEFAULT)
#define CLAB_LANDING "bti j\n\t"
#else
#define CLAB_LANDING ""
#endif

/* What a function call may change, less the arguments' registers. Linux leaves x18, the platform's,
   to compilers as one more of them. */
#define CLAB_CLOBBER_CALL                                                                          \
  "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", \
      "x17", "x18", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18",    \
      "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31",   \
      "cc", "memory"

/* Of v8..v15 a call keeps the low halves only. To the compiler a register is lost or not. */
#define CLAB_CLOBBER_HIGH_HALVES "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15"

#define CLAB_SWITCH_TO(function)                                                                   \
  register void **from __asm__("x0") = suspended;                                                  \
  register void *to __asm__("x1") = resumed;                                                       \
  __asm__ volatile("adr x30, 1f\n\t"                                                               \
                   "b " function "\n"                                                              \
                   "1:\t" CLAB_LANDING                                                             \
                   : "+r"(from), "+r"(to)                                                          \
                   :                                                                               \
                   : CLAB_CLOBBER_CALL, CLAB_CLOBBER_HIGH_HALVES)

static inline __attribute__((always_inline)) void clab_switch(void **suspended, void *resumed) {
  CLAB_SWITCH_TO("clab_switch_call");
}

static inline __attribute__((always_inline)) void clab_switch_full(void **suspended,
                                                                   void *resumed) {
  CLAB_SWITCH_TO("clab_switch_full_jump");
}

/* Between the new stack pointer and the resumed place no unwind rule of the enclosing function is
   true, so there the return address is declared undefined and an unwind ends at once. */
static inline __attribute__((always_inline)) void
clab_switch_inline(struct clab_inline_stack *suspended, struct clab_inline_stack *resumed) {
  register struct clab_inline_stack *from __asm__("x0") = suspended;
  register struct clab_inline_stack *to __asm__("x1") = resumed;
  __asm__ volatile("adr x2, 1f\n\t"
                   "mov x3, sp\n\t"
                   "stp x3, x29, [%0]\n\t"
                   "str x2, [%0, #16]\n\t"
                   ".cfi_remember_state\n\t"
                   ".cfi_undefined x30\n\t"
                   "ldp x3, x29, [%1]\n\t"
                   "ldr x2, [%1, #16]\n\t"
                   "mov sp, x3\n\t"
                   "br x2\n"
                   ".cfi_restore_state\n"
                   "1:\t" CLAB_LANDING
                   : "+r"(from), "+r"(to)
                   :
                   : "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28",
                     CLAB_CLOBBER_CALL, CLAB_CLOBBER_HIGH_HALVES);
}

#endif
