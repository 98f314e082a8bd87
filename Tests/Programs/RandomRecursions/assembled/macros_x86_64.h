// What the frames in assembly are made of; included by their assembly alone. Every instruction of
// theirs has its call frame information, as a signal may come before any.

// Of struct clab_recursion.
#define NEXT 0
#define CALL 8
#define VALUES 32
#define SIZE 88

// It is assembler, not C.
// clang-format off
.macro begin name
        .text
        .p2align 4
        .type   \name, @function
\name:
        .cfi_startproc
.endm

.macro end name
        .cfi_endproc
        .size   \name, . - \name
        .section .data.rel.ro, "aw", @progbits
        .quad   \name
        .text
.endm

// The table of the functions that follow, until `table_end`.
.macro table name
        .section .data.rel.ro, "aw", @progbits
        .p2align 3
        .globl  \name
        .hidden \name
\name:
.endm

.macro table_end name
        .section .data.rel.ro, "aw", @progbits
        .quad   0
        .text
.endm

.macro lower bytes
        subq    $\bytes, %rsp
        .cfi_adjust_cfa_offset \bytes
.endm

.macro raise bytes
        addq    $\bytes, %rsp
        .cfi_adjust_cfa_offset -\bytes
.endm

.macro push register
        pushq   %\register
        .cfi_adjust_cfa_offset 8
.endm

.macro save register
        push    \register
        .cfi_rel_offset \register, 0
.endm

.macro load register
        popq    %\register
        .cfi_adjust_cfa_offset -8
        .cfi_restore \register
.endm

// All that a call preserves.
.macro save_all
        save    rbp
        save    rbx
        save    r12
        save    r13
        save    r14
        save    r15
.endm

.macro load_all
        load    r15
        load    r14
        load    r13
        load    r12
        load    rbx
        load    rbp
.endm

// Puts what is to be called into rsi. rdi is the recursion, before and after; rbx is overwritten.
.macro ask
        movq    %rdi, %rbx
        callq   *NEXT(%rdi)
        movq    %rax, %rsi
        movq    %rbx, %rdi
.endm

// Puts one of the recursion's values into a register.
.macro hold register, number
        movq    VALUES + 8 * \number(%rdi), %\register
.endm

.macro hold_others
        hold    r12, 2
        hold    r13, 3
        hold    r14, 4
        hold    r15, 5
.endm

.macro hold_all
        hold    rbp, 0
        hold    rbx, 1
        hold_others
.endm

// Calls what `ask` has said.
.macro go_on
        callq   *CALL(%rdi)
.endm
