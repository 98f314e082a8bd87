// The coroutine switch on x86-64: System V psABI, section 3.2.1 "Registers".
//
// A suspended stack is one pointer to this, lowest address first:
//
//     mxcsr, x87 control word | r15 r14 r13 r12 rbx rbp | address to go on at | red zone
//
// so both stacks of a switch look alike at the instruction that exchanges them, and one unwind rule
// is true before and after it. clab_switch leaves the first word alone.
//
// No `ret`: it would be predicted to go back to the caller on the stack just left, and be wrong each
// time (7 ns). No `call` either, where it can be helped: one that no `ret` answers costs 1 ns of the
// remaining 2.5. So a switch is jumped to, with the address to go on at in rax (switch.h), and goes on
// by an indirect jump.
//
// No shadow stack: with one in use, the first `ret` after a switch would fault.

#if defined(__x86_64__)

#if defined(__CET__) && (__CET__ & 1)
#define CLAB_LANDING endbr64
#else
#define CLAB_LANDING
#endif

#include "coroutine/switch_macros.h"

.macro clab_save register, offset
        movq    %\register, \offset(%rsp)
        .cfi_rel_offset \register, \offset
.endm

.macro clab_load register, offset
        movq    \offset(%rsp), %\register
        .cfi_restore \register
.endm

// The stack is the caller's as it was, and rax is where to go on: a frame like any other, but for
// the red zone that it steps over.
.macro clab_save_registers
        .cfi_def_cfa rsp, 0
        .cfi_register rip, rax
        leaq    -192(%rsp), %rsp
        .cfi_def_cfa_offset 192
        movq    %rax, 56(%rsp)
        .cfi_rel_offset rip, 56
        clab_save rbp, 48
        clab_save rbx, 40
        clab_save r12, 32
        clab_save r13, 24
        clab_save r14, 16
        clab_save r15, 8
.endm

.macro clab_load_registers_and_go_on
        clab_load r15, 8
        clab_load r14, 16
        clab_load r13, 24
        clab_load r12, 32
        clab_load rbx, 40
        clab_load rbp, 48
        movq    56(%rsp), %rcx
        .cfi_register rip, rcx
        leaq    192(%rsp), %rsp
        .cfi_def_cfa_offset 0
        jmp     *%rcx
.endm

// uint32_t clab_switch_call(void **suspended, void *resumed, uint32_t value): clab_switch as a function.
clab_function clab_switch_call
        popq    %rax
        .cfi_adjust_cfa_offset -8
        .cfi_register rip, rax
        jmp     clab_switch_jump
clab_end clab_switch_call

// rdi: void **suspended, rsi: void *resumed, rdx: value, rax: where to go on. There, rax: value.
clab_jump_target clab_switch_jump
        clab_save_registers
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        movl    %edx, %eax
        clab_load_registers_and_go_on
clab_end clab_switch_jump

// The same without a value. Reading mxcsr is most of its cost and can't be had cheaper; loading it is
// hidden behind that. The x87 control word is loaded only where the stacks differ.
clab_jump_target clab_switch_full_jump
        clab_save_registers
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movq    %rsp, (%rdi)
        movzwl  4(%rsp), %ecx
        movq    %rsi, %rsp
        ldmxcsr (%rsp)
        cmpw    4(%rsp), %cx
        jne     2f
        .cfi_remember_state
1:      clab_load_registers_and_go_on
        .cfi_restore_state
2:      fldcw   4(%rsp)
        jmp     1b
clab_end clab_switch_full_jump

// The bottom frame of every coroutine. It is only ever jumped to, with the entry function and its
// argument on top of the stack. The return address is undefined: an unwind ends here. It starts
// behind a no-op, since an unwinder looks up the byte before an address to go on at.
        .text
        .p2align 4
        .type   clab_coroutine_bottom, @function
        .cfi_startproc
        .cfi_def_cfa rsp, 0
        .cfi_undefined rip
clab_coroutine_bottom:
        nop
.Lbottom_start:
        CLAB_LANDING
        popq    %rax
        popq    %rdi
        xorl    %ebp, %ebp
        call    *%rax
        ud2
clab_end clab_coroutine_bottom

// void *clab_switch_prepare(void *stack_high, void (*entry)(void *), void *argument)
clab_function clab_switch_prepare
        andq    $-16, %rdi
        leaq    -208(%rdi), %rax
        xorl    %ecx, %ecx
        movq    %rcx, (%rax)
        stmxcsr (%rax)
        fnstcw  4(%rax)
        movq    %rcx, 8(%rax)
        movq    %rcx, 16(%rax)
        movq    %rcx, 24(%rax)
        movq    %rcx, 32(%rax)
        movq    %rcx, 40(%rax)
        movq    %rcx, 48(%rax)
        leaq    .Lbottom_start(%rip), %rcx
        movq    %rcx, 56(%rax)
        movq    %rsi, 192(%rax)
        movq    %rdx, 200(%rax)
        ret
clab_end clab_switch_prepare

// void clab_switch_inline_prepare(struct clab_inline_stack *stack, void *stack_high,
//                                 void (*entry)(void *), void *argument)
clab_function clab_switch_inline_prepare
        andq    $-16, %rsi
        subq    $16, %rsi
        movq    %rdx, (%rsi)
        movq    %rcx, 8(%rsi)
        leaq    .Lbottom_start(%rip), %rax
        movq    %rsi, (%rdi)
        movq    $0, 8(%rdi)
        movq    %rax, 16(%rdi)
        ret
clab_end clab_switch_inline_prepare

#if defined(__CET__)
#include <cet.h>
#endif

#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
