// How the functions of the switches begin and end, on any architecture; included by their assembly
// alone. CLAB_LANDING is what the target of an indirect call must begin with.

// It is assembler, not C.
// clang-format off
.macro clab_jump_target name
        .text
        .p2align 6
        .globl  \name
        .hidden \name
        .type   \name, %function
\name:
        .cfi_startproc
.endm

.macro clab_function name
        clab_jump_target \name
        CLAB_LANDING
.endm

.macro clab_end name
        .cfi_endproc
        .size   \name, . - \name
.endm
