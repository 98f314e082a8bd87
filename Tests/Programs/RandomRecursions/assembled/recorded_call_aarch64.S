// A call that notes the truth about its caller: where it is, and what its registers hold.
//
// uint64_t clab_recorded_call(struct clab_recursion *recursion, clab_recursive *function)
//
// It leaves no frame: it is called, and jumps to the function.

#if defined(__aarch64__)

// Of struct clab_recursion.
#define RECORD 16
#define RECORDS_END 24

        .text
        .p2align 4
        .globl  clab_recorded_call
        .hidden clab_recorded_call
        .type   clab_recorded_call, %function
clab_recorded_call:
        .cfi_startproc
        ldr     x9, [x0, RECORD]
        ldr     x10, [x0, RECORDS_END]
        cmp     x9, x10
        b.hs    1f
        mov     x11, sp
        stp     x11, x30, [x9], 16
        stp     x29, x19, [x9], 16
        stp     x20, x21, [x9], 16
        stp     x22, x23, [x9], 16
        stp     x24, x25, [x9], 16
        stp     x26, x27, [x9], 16
        str     x28, [x9], 8
        str     x9, [x0, RECORD]
1:      br      x1
        .cfi_endproc
        .size   clab_recorded_call, . - clab_recorded_call
#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
