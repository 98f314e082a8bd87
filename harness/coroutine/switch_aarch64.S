// The coroutine switch on aarch64: AAPCS64, section 6.1 "Machine Registers".
//
// A suspended stack is one pointer to this, lowest address first:
//
//     x29 x30 x19..x28 d8..d15 | fpcr, 8 spare        (176 bytes)
//
// x30 is the address to go on at. The low halves of v8..v15 are callee-saved here, so no strength may
// leave them out; clab_switch gives up fpcr alone, and leaves its word be. As on x86-64 a switch is
// jumped to and goes on by an indirect jump: a `ret` would be predicted to go back to the caller on
// the stack just left. Only where branch targets are enforced does the function form need one, since
// the place after a call accepts nothing else.

#if defined(__aarch64__)

#if defined(__ARM_FEATURE_BTI_DEFAULT)
#define CLAB_LANDING bti jc
#define CLAB_GO_ON ret x30
#else
#define CLAB_LANDING
#define CLAB_GO_ON br x30
#endif

#include "coroutine/switch_macros.h"

.macro clab_save first, second, offset
        stp     \first, \second, [sp, #\offset]
        .cfi_rel_offset \first, \offset
        .cfi_rel_offset \second, \offset + 8
.endm

.macro clab_load first, second, offset
        ldp     \first, \second, [sp, #\offset]
        .cfi_restore \first
        .cfi_restore \second
.endm

.macro clab_save_registers
        sub     sp, sp, #176
        .cfi_def_cfa_offset 176
        clab_save x29, x30, 0
        clab_save x19, x20, 16
        clab_save x21, x22, 32
        clab_save x23, x24, 48
        clab_save x25, x26, 64
        clab_save x27, x28, 80
        clab_save d8, d9, 96
        clab_save d10, d11, 112
        clab_save d12, d13, 128
        clab_save d14, d15, 144
.endm

.macro clab_load_registers_and_go_on
        clab_load x29, x30, 0
        clab_load x19, x20, 16
        clab_load x21, x22, 32
        clab_load x23, x24, 48
        clab_load x25, x26, 64
        clab_load x27, x28, 80
        clab_load d8, d9, 96
        clab_load d10, d11, 112
        clab_load d12, d13, 128
        clab_load d14, d15, 144
        add     sp, sp, #176
        .cfi_def_cfa_offset 0
        CLAB_GO_ON
.endm

// uint32_t clab_switch_call(void **suspended, void *resumed, uint32_t value)
//
// Jumped to, with x30 set by hand, it serves clab_switch too.
clab_function clab_switch_call
        clab_save_registers
        mov     x3, sp
        str     x3, [x0]
        mov     sp, x1
        mov     w0, w2
        clab_load_registers_and_go_on
clab_end clab_switch_call

// The same without a value.
clab_jump_target clab_switch_full_jump
        clab_save_registers
        mrs     x2, fpcr
        str     x2, [sp, #160]
        mov     x3, sp
        str     x3, [x0]
        mov     sp, x1
        ldr     x2, [sp, #160]
        msr     fpcr, x2
        clab_load_registers_and_go_on
clab_end clab_switch_full_jump

// The bottom frame of every coroutine. It is only ever jumped to, with the entry function and its
// argument on top of the stack. The return address is undefined: an unwind ends here. It starts
// behind a no-op, since an unwinder looks up the byte before an address to go on at.
        .text
        .p2align 4
        .type   clab_coroutine_bottom, %function
        .cfi_startproc
        .cfi_def_cfa sp, 0
        .cfi_undefined x30
clab_coroutine_bottom:
        nop
.Lbottom_start:
        CLAB_LANDING
        ldp     x1, x0, [sp], #16
        mov     x29, #0
        blr     x1
        brk     #1
clab_end clab_coroutine_bottom

// void *clab_switch_prepare(void *stack_high, void (*entry)(void *), void *argument)
clab_function clab_switch_prepare
        and     x0, x0, #-16
        stp     x1, x2, [x0, #-16]
        sub     x0, x0, #192
        adr     x3, .Lbottom_start
        mrs     x4, fpcr
        stp     xzr, x3, [x0]
        stp     xzr, xzr, [x0, #16]
        stp     xzr, xzr, [x0, #32]
        stp     xzr, xzr, [x0, #48]
        stp     xzr, xzr, [x0, #64]
        stp     xzr, xzr, [x0, #80]
        stp     xzr, xzr, [x0, #96]
        stp     xzr, xzr, [x0, #112]
        stp     xzr, xzr, [x0, #128]
        stp     xzr, xzr, [x0, #144]
        stp     x4, xzr, [x0, #160]
        ret
clab_end clab_switch_prepare

// void clab_switch_inline_prepare(struct clab_inline_stack *stack, void *stack_high,
//                                 void (*entry)(void *), void *argument)
clab_function clab_switch_inline_prepare
        and     x1, x1, #-16
        stp     x2, x3, [x1, #-16]!
        adr     x4, .Lbottom_start
        stp     x1, xzr, [x0]
        str     x4, [x0, #16]
        ret
clab_end clab_switch_inline_prepare

#if defined(__ARM_FEATURE_BTI_DEFAULT)
// GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI.
        .section .note.gnu.property, "a"
        .p2align 3
        .word   4, 16, 5
        .asciz  "GNU"
        .word   0xc0000000, 4, 1, 0
#endif

#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
