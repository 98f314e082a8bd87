// A call that notes the truth about its caller: where it is, and what its registers hold.
//
// uint64_t clab_recorded_call(struct clab_recursion *recursion, clab_recursive *function)
//
// It leaves no frame: it is called, and jumps to the function.

#if defined(__x86_64__)

// Of struct clab_recursion.
#define RECORD 16
#define RECORDS_END 24

        .text
        .p2align 4
        .globl  clab_recorded_call
        .hidden clab_recorded_call
        .type   clab_recorded_call, @function
clab_recorded_call:
        .cfi_startproc
        movq    RECORD(%rdi), %rax
        cmpq    RECORDS_END(%rdi), %rax
        jae     1f
        leaq    8(%rsp), %rcx
        movq    %rcx, (%rax)
        movq    (%rsp), %rcx
        movq    %rcx, 8(%rax)
        movq    %rbp, 16(%rax)
        movq    %rbx, 24(%rax)
        movq    %r12, 32(%rax)
        movq    %r13, 40(%rax)
        movq    %r14, 48(%rax)
        movq    %r15, 56(%rax)
        addq    $64, %rax
        movq    %rax, RECORD(%rdi)
1:      jmpq    *%rsi
        .cfi_endproc
        .size   clab_recorded_call, . - clab_recorded_call
#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
