// Functions without call frame information, but with frame pointers: taken as they are (their code
// runs at any address), and copied to where there is no image, or one without information.

#if defined(__x86_64__)

// Of struct clab_recursion.
#define NEXT 0
#define CALL 8
#define VALUES 32
#define SIZE 88

        .text
        .p2align 4
        .globl  clab_bare_code, clab_bare_code_end
        .hidden clab_bare_code, clab_bare_code_end
clab_bare_code:

// Nothing but the frame pointer.
        .p2align 4
1:      pushq   %rbp
        movq    %rsp, %rbp
        subq    $16, %rsp
        movq    %rdi, -8(%rbp)
        callq   *NEXT(%rdi)
        movq    %rax, %rsi
        movq    -8(%rbp), %rdi
        callq   *CALL(%rdi)
        leave
        ret

// It uses what a call preserves, and nobody says where it keeps it.
        .p2align 4
2:      pushq   %rbp
        movq    %rsp, %rbp
        pushq   %rbx
        pushq   %r14
        movq    %rdi, %rbx
        callq   *NEXT(%rdi)
        movq    %rax, %rsi
        movq    %rbx, %rdi
        movq    VALUES + 8(%rdi), %rbx
        movq    VALUES + 32(%rdi), %r14
        callq   *CALL(%rdi)
        popq    %r14
        popq    %rbx
        popq    %rbp
        ret

// Sized at run time.
        .p2align 4
3:      pushq   %rbp
        movq    %rsp, %rbp
        pushq   %r12
        pushq   %rdi
        subq    SIZE(%rdi), %rsp
        andq    $-32, %rsp
        callq   *NEXT(%rdi)
        movq    %rax, %rsi
        movq    -16(%rbp), %rdi
        movq    VALUES + 16(%rdi), %r12
        callq   *CALL(%rdi)
        leaq    -8(%rbp), %rsp
        popq    %r12
        popq    %rbp
        ret

clab_bare_code_end:

        .section .rodata, "a", @progbits
        .p2align 2
        .globl  clab_bare_offsets
        .hidden clab_bare_offsets
clab_bare_offsets:
        .long   1b - clab_bare_code, 2b - clab_bare_code, 3b - clab_bare_code
#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
