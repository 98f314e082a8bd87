// Frames that save every register that a call preserves, and use it.

#if defined(__aarch64__)

// Of struct clab_recursion.
#define NEXT 0
#define CALL 8
#define VALUES 32

// It is assembler, not C.
// clang-format off
.macro table name
        .section .data.rel.ro, "aw", %progbits
        .p2align 3
        .globl  \name
        .hidden \name
\name:
.endm

.macro save first, second, offset
        stp     \first, \second, [sp, \offset]
        .cfi_rel_offset \first, \offset
        .cfi_rel_offset \second, \offset + 8
.endm

.macro save_others
        save    x19, x20, 16
        save    x21, x22, 32
        save    x23, x24, 48
        save    x25, x26, 64
        save    x27, x28, 80
.endm

.macro ask
        mov     x19, x0
        ldr     x9, [x0, NEXT]
        blr     x9
        mov     x1, x0
        mov     x0, x19
.endm

.macro hold_others
        ldp     x19, x20, [x0, VALUES + 8]
        ldp     x21, x22, [x0, VALUES + 24]
        ldp     x23, x24, [x0, VALUES + 40]
        ldp     x25, x26, [x0, VALUES + 56]
        ldp     x27, x28, [x0, VALUES + 72]
.endm

.macro go_on
        ldr     x9, [x0, CALL]
        blr     x9
        brk     0
.endm

        .text
        .p2align 4
// x29 is a register like any other.
stores:
        .cfi_startproc
        sub     sp, sp, 96
        .cfi_adjust_cfa_offset 96
        save    x29, x30, 0
        save_others
        ask
        hold_others
        ldr     x29, [x0, VALUES]
        go_on
        .cfi_endproc

        .p2align 4
framed:
        .cfi_startproc
        sub     sp, sp, 96
        .cfi_adjust_cfa_offset 96
        save    x29, x30, 0
        mov     x29, sp
        .cfi_def_cfa_register x29
        save_others
        ask
        hold_others
        go_on
        .cfi_endproc

        .globl  clab_returning
        .hidden clab_returning
        .type   clab_returning, %function
clab_returning:
        .cfi_startproc
        ret
        .cfi_endproc

table clab_assembled
        .quad   stores, framed, 0
// None of these are written for this processor.
table clab_anchored
        .quad   0
table clab_computed
        .quad   0
#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
