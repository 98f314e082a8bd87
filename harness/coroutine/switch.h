// The bare switch from one stack to another, in three strengths. coroutine.h makes coroutines of the
// first; the others stand beside it to be measured and unwound.
//
//     clab_switch         a call; keeps the callee-saved integer registers (and on aarch64 d8..d15,
//                         which compiled code relies on). What it gives up: the floating-point
//                         control state (mxcsr and the x87 control word; fpcr), which all stacks of
//                         a thread then share, so a rounding mode set in one is seen by the others.
//     clab_switch_full    a call; keeps the control state too: the registers of Boost.Context's
//                         jump_fcontext on x86-64.
//     clab_switch_inline  no call: the compiler is told that everything but the stack and frame
//                         pointers is lost, and saves what is live at that place, no more. Gives up
//                         the control state.
//
// A stack is prepared by the function of the same strength and may be resumed only by that one. The
// entry function must not return. An unwind from inside ends at clab_coroutine_bottom, in all three.

#ifndef CLAB_COROUTINE_SWITCH_H
#define CLAB_COROUTINE_SWITCH_H

/// Leaves the running stack, storing in `*suspended` what resumes it, and goes on with `resumed`.
/// Async-signal-safe: yes
void clab_switch(void **suspended, void *resumed);

/// As `clab_switch`, and keeps the floating-point control state.
/// Async-signal-safe: yes
void clab_switch_full(void **suspended, void *resumed);

/// Makes `entry(argument)` what runs when the returned pointer is first given to `clab_switch`.
/// Writes to the topmost 72 bytes of the stack on x86-64, 176 on aarch64.
/// Async-signal-safe: yes
void *clab_switch_prepare(void *stack_high, void (*entry)(void *), void *argument);

/// As `clab_switch_prepare`, for `clab_switch_full`; the control state is that of the caller.
/// Async-signal-safe: yes
void *clab_switch_full_prepare(void *stack_high, void (*entry)(void *), void *argument);

/// A stack suspended by `clab_switch_inline`.
struct clab_inline_stack {
  void *stack_pointer;
  void *frame_pointer;
  void *resume_at;
};

/// As `clab_switch_prepare`, for `clab_switch_inline`.
/// Async-signal-safe: yes
void clab_switch_inline_prepare(struct clab_inline_stack *stack, void *stack_high,
                                void (*entry)(void *), void *argument);

// Nothing is pushed: a function that calls nothing may keep its variables in the red zone below the
// stack pointer. Between the new stack pointer and the resumed place no unwind rule of the enclosing
// function is true, so there the return address is declared undefined and an unwind ends at once.
#if defined(__x86_64__)

#if defined(__CET__) && (__CET__ & 1)
#define CLAB_INLINE_LANDING "endbr64\n\t"
#else
#define CLAB_INLINE_LANDING ""
#endif

#if defined(__AVX512F__)
#define CLAB_INLINE_AVX512                                                                         \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",      \
      "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",    \
      "k7"
#else
#define CLAB_INLINE_AVX512
#endif

/// Leaves the running stack, storing in `*suspended` what resumes it, and goes on with `*resumed`.
/// Async-signal-safe: yes
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
                   "1:\t" CLAB_INLINE_LANDING
                   : "+D"(suspended), "+S"(resumed)
                   :
                   : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                     "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                     "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "mm0", "mm1",
                     "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "st", "st(1)", "st(2)", "st(3)",
                     "st(4)", "st(5)", "st(6)", "st(7)", "cc", "memory" CLAB_INLINE_AVX512);
}

#elif defined(__aarch64__)

#if defined(__ARM_FEATURE_BTI_DEFAULT)
#define CLAB_INLINE_LANDING "bti j\n\t"
#else
#define CLAB_INLINE_LANDING ""
#endif

/// Leaves the running stack, storing in `*suspended` what resumes it, and goes on with `*resumed`.
/// Async-signal-safe: yes
static inline __attribute__((always_inline)) void
clab_switch_inline(struct clab_inline_stack *suspended, struct clab_inline_stack *resumed) {
  register struct clab_inline_stack *from __asm__("x0") = suspended;
  register struct clab_inline_stack *to __asm__("x1") = resumed;
  // x18 is the platform's register and is left alone.
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
                   "1:\t" CLAB_INLINE_LANDING
                   : "+r"(from), "+r"(to)
                   :
                   : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                     "x14", "x15", "x16", "x17", "x19", "x20", "x21", "x22", "x23", "x24", "x25",
                     "x26", "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7",
                     "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
                     "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
                     "v30", "v31", "cc", "memory");
}

#else
#error "the coroutine switch is written for x86-64 and aarch64"
#endif

#endif
