// The coroutine switch on x86-64: System V psABI, section 3.2.1 "Registers".
//
// A suspended stack is one pointer to this, lowest address first:
//
//     clab_switch       r15 r14 r13 r12 rbx rbp | address to go on at
//     clab_switch_full  mxcsr, x87 control word | r15 r14 r13 r12 rbx rbp | address to go on at
//
// so both stacks of a switch look alike at the instruction that exchanges them, and one unwind rule
// is true before and after it. The last step is a pop and an indirect jump: a `ret` would be
// predicted to go back to the caller on the stack just left, and be wrong every time.
//
// No shadow stack: with one in use, the first `ret` after a switch would fault.

#if defined(__x86_64__)

#if defined(__CET__) && (__CET__ & 1)
#define CLAB_LANDING endbr64
// The address after a call carries no endbr64.
#define CLAB_JUMP notrack jmp
#else
#define CLAB_LANDING
#define CLAB_JUMP jmp
#endif

.macro clab_function name
        .text
        .p2align 6
        .globl  \name
        .hidden \name
        .type   \name, @function
\name:
        .cfi_startproc
        CLAB_LANDING
.endm

.macro clab_end name
        .cfi_endproc
        .size   \name, . - \name
.endm

.macro clab_push register
        pushq   %\register
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset \register, 0
.endm

.macro clab_pop register
        popq    %\register
        .cfi_adjust_cfa_offset -8
        .cfi_restore \register
.endm

.macro clab_push_registers
        clab_push rbp
        clab_push rbx
        clab_push r12
        clab_push r13
        clab_push r14
        clab_push r15
.endm

.macro clab_pop_registers_and_go_on
        clab_pop r15
        clab_pop r14
        clab_pop r13
        clab_pop r12
        clab_pop rbx
        clab_pop rbp
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        .cfi_register rip, rcx
        CLAB_JUMP *%rcx
.endm

// void clab_switch(void **suspended, void *resumed)
clab_function clab_switch
        clab_push_registers
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        clab_pop_registers_and_go_on
clab_end clab_switch

// void clab_switch_full(void **suspended, void *resumed)
//
// Loading either control register waits for the floating-point unit, and nearly always both stacks
// agree: so they are compared, and loaded where they differ.
clab_function clab_switch_full
        clab_push_registers
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movl    (%rsp), %eax
        movzwl  4(%rsp), %ecx
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        cmpl    (%rsp), %eax
        jne     2f
1:      cmpw    4(%rsp), %cx
        jne     3f
4:      addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        .cfi_remember_state
        clab_pop_registers_and_go_on
        .cfi_restore_state
        // Named outright: LLVM's assembler does not restore the offset that it adjusts from.
        .cfi_def_cfa_offset 64
2:      ldmxcsr (%rsp)
        jmp     1b
3:      fldcw   4(%rsp)
        jmp     4b
clab_end clab_switch_full

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
        leaq    -72(%rdi), %rax
        xorl    %ecx, %ecx
        movq    %rcx, (%rax)
        movq    %rcx, 8(%rax)
        movq    %rcx, 16(%rax)
        movq    %rcx, 24(%rax)
        movq    %rcx, 32(%rax)
        movq    %rcx, 40(%rax)
        leaq    .Lbottom_start(%rip), %rcx
        movq    %rcx, 48(%rax)
        movq    %rsi, 56(%rax)
        movq    %rdx, 64(%rax)
        ret
clab_end clab_switch_prepare

// void *clab_switch_full_prepare(void *stack_high, void (*entry)(void *), void *argument)
clab_function clab_switch_full_prepare
        call    clab_switch_prepare
        subq    $8, %rax
        movq    $0, (%rax)
        stmxcsr (%rax)
        fnstcw  4(%rax)
        ret
clab_end clab_switch_full_prepare

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
