// Frames as compilers and people write them, each with all registers that a call preserves in its
// own hands: DWARF 5, section 6.4.2, says what the escapes are.

#if defined(__x86_64__)
#include "assembled/macros_x86_64.h"

table clab_assembled

// Pushes everything; the frame pointer is a register like any other.
begin pushes
        save_all
        lower   8
        ask
        hold_all
        go_on
        raise   8
        load_all
        ret
end pushes

// Stores into slots, in an order of its own and with others between them.
begin stores
        lower   232
        movq    %r13, 8(%rsp)
        .cfi_rel_offset r13, 8
        movq    %rbx, 216(%rsp)
        .cfi_rel_offset rbx, 216
        movq    %r15, 104(%rsp)
        .cfi_rel_offset r15, 104
        movq    %rbp, 24(%rsp)
        .cfi_rel_offset rbp, 24
        movq    %r12, 16(%rsp)
        .cfi_rel_offset r12, 16
        movq    %r14, 112(%rsp)
        .cfi_rel_offset r14, 112
        ask
        hold_all
        go_on
        movq    24(%rsp), %rbp
        .cfi_restore rbp
        raise   232
        ret
end stores

// A frame pointer, below it the others, below them what is sized at run time.
begin framed
        save    rbp
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        pushq   %rbx
        .cfi_offset rbx, -24
        pushq   %r12
        .cfi_offset r12, -32
        pushq   %r13
        .cfi_offset r13, -40
        pushq   %r14
        .cfi_offset r14, -48
        pushq   %r15
        .cfi_offset r15, -56
        subq    SIZE(%rdi), %rsp
        andq    $-16, %rsp
        ask
        hold    rbx, 1
        hold_others
        go_on
        leaq    -40(%rbp), %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_def_cfa rsp, 8
        ret
end framed

// As clang aligns a frame: the arguments by the frame pointer, the locals by rbx.
begin aligned
        save    rbp
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        pushq   %r15
        pushq   %r14
        pushq   %r13
        pushq   %r12
        pushq   %rbx
        andq    $-128, %rsp
        subq    $256, %rsp
        .cfi_offset rbx, -56
        .cfi_offset r12, -48
        .cfi_offset r13, -40
        .cfi_offset r14, -32
        .cfi_offset r15, -24
        ask
        movq    %rsp, %rbx
        hold_others
        go_on
        ud2
end aligned

// As gcc aligns a frame: r10 is the caller's stack pointer (DRAP), kept in a slot below a frame
// pointer that is aligned itself.
begin drap
        leaq    8(%rsp), %r10
        .cfi_def_cfa r10, 0
        andq    $-64, %rsp
        pushq   -8(%r10)
        pushq   %rbp
        movq    %rsp, %rbp
        .cfi_escape 0x10, 0x06, 0x02, 0x76, 0x00 // rbp: at rbp
        pushq   %r15
        .cfi_escape 0x10, 0x0f, 0x02, 0x76, 0x78 // r15: at rbp - 8
        pushq   %r14
        pushq   %r13
        .cfi_escape 0x10, 0x0e, 0x02, 0x76, 0x70
        .cfi_escape 0x10, 0x0d, 0x02, 0x76, 0x68
        pushq   %r12
        .cfi_escape 0x10, 0x0c, 0x02, 0x76, 0x60
        pushq   %r10
        .cfi_escape 0x0f, 0x03, 0x76, 0x58, 0x06 // CFA: what is at rbp - 40
        pushq   %rbx
        .cfi_escape 0x10, 0x03, 0x02, 0x76, 0x50
        subq    $80, %rsp
        ask
        hold    rbx, 1
        hold_others
        go_on
        leaq    -48(%rbp), %rsp
        popq    %rbx
        popq    %r10
        .cfi_def_cfa r10, 0
        popq    %r12
        popq    %r13
        popq    %r14
        popq    %r15
        popq    %rbp
        leaq    -8(%r10), %rsp
        .cfi_def_cfa rsp, 8
        ret
end drap

// A frame that is aligned without a frame pointer, as OpenSSL's assembly does it: the caller's stack
// pointer is in a slot.
begin slotted
        movq    %rsp, %rax
        .cfi_def_cfa_register rax
        pushq   %rbx
        .cfi_offset rbx, -16
        pushq   %rbp
        .cfi_offset rbp, -24
        pushq   %r12
        .cfi_offset r12, -32
        pushq   %r13
        .cfi_offset r13, -40
        pushq   %r14
        .cfi_offset r14, -48
        pushq   %r15
        .cfi_offset r15, -56
        subq    $256, %rsp
        andq    $-64, %rsp
        movq    %rax, 152(%rsp)
        .cfi_escape 0x0f, 0x06, 0x77, 0x98, 0x01, 0x06, 0x23, 0x08 // CFA: *(rsp + 152) + 8
        ask
        hold_all
        go_on
        ud2
end slotted

// Arguments are pushed around calls, so that the CFA lies now here, now there.
begin arguments
        save_all
        lower   16
        push    rdi
        callq   clab_returning
        load    rdi
        raise   8
        ask
        hold_all
        lower   16
        .cfi_escape 0x2e, 0x10 // DW_CFA_GNU_args_size
        go_on
        raise   16
        .cfi_escape 0x2e, 0x00
        raise   8
        load_all
        ret
end arguments

// There is a way out before the call, after which the frame is as before.
begin early
        save_all
        lower   8
        ask
        testq   %rsi, %rsi
        jnz     1f
        .cfi_remember_state
        raise   8
        load_all
        ret
1:      .cfi_restore_state
        hold_all
        go_on
        ud2
end early

// The registers are in a save area that is found through a pointer.
begin elsewhere
        lower   312
        leaq    64(%rsp), %rax
        movq    %rax, 16(%rsp)
        movq    %rbp, 0(%rax)
        .cfi_escape 0x10, 0x06, 0x03, 0x77, 0x10, 0x06 // at *(rsp + 16)
        movq    %rbx, 8(%rax)
        .cfi_escape 0x10, 0x03, 0x05, 0x77, 0x10, 0x06, 0x23, 0x08 // at *(rsp + 16) + 8
        movq    %r12, 16(%rax)
        .cfi_escape 0x10, 0x0c, 0x05, 0x77, 0x10, 0x06, 0x40, 0x22 // lit16, plus
        movq    %r13, 24(%rax)
        .cfi_escape 0x10, 0x0d, 0x07, 0x77, 0x10, 0x06, 0x33, 0x38, 0x1e, 0x22 // lit3, lit8, mul, plus
        movq    %r14, 32(%rax)
        .cfi_escape 0x10, 0x0e, 0x08, 0x77, 0x10, 0x06, 0x0a, 0x20, 0x00, 0x22, 0x96 // const2u 32, plus, nop
        movq    %r15, 40(%rax)
        .cfi_escape 0x10, 0x0f, 0x04, 0x08, 0xd8, 0x1c, 0x96 // CFA (on the stack) - 216, nop
        ask
        hold_all
        go_on
        ud2
end elsewhere

// Says of registers that it left them alone, and where the stack pointer will be.
begin untouched
        save    rbx
        .cfi_same_value r12
        .cfi_same_value rbp
        .cfi_escape 0x14, 0x07, 0x00 // DW_CFA_val_offset: rsp is the CFA
        ask
        hold    rbx, 1
        go_on
        load    rbx
        ret
end untouched

// The stack pointer at the beginning, so that the CFA is an expression without a load.
begin summed
        save_all
        lower   40
        // CFA: rsp + 48 + (2 << 4) + 16
        .cfi_escape 0x0f, 0x0a, 0x77, 0x30, 0x32, 0x34, 0x24, 0x22, 0x09, 0x10, 0x22, 0x96
        ask
        hold_all
        go_on
        ud2
end summed

// The call is the last instruction: it returns to where another function begins.
begin unending
        save_all
        lower   24
        ask
        hold_all
        go_on
end unending

table_end clab_assembled

// Frames that are lost without a register other than the stack and the frame pointer: their CFA or
// the caller's registers lie by it.
table clab_anchored

// The caller's registers go on living in others, and only those were stored.
begin moved
        lower   40
        movq    %r12, 0(%rsp)
        .cfi_rel_offset r12, 0
        movq    %r13, 8(%rsp)
        .cfi_rel_offset r13, 8
        movq    %r14, 16(%rsp)
        .cfi_rel_offset r14, 16
        movq    %rbx, %r12
        .cfi_register rbx, r12
        movq    %rbp, %r13
        .cfi_register rbp, r13
        ask
        hold    rbp, 0
        hold    rbx, 1
        hold    r14, 4
        go_on
        ud2
end moved

begin by_rbx
        save_all
        leaq    56(%rsp), %rbx
        .cfi_def_cfa rbx, 0
        subq    SIZE(%rdi), %rsp
        andq    $-16, %rsp
        movq    %rdi, %rbp
        callq   *NEXT(%rdi)
        movq    %rax, %rsi
        movq    %rbp, %rdi
        hold    rbp, 0
        hold_others
        go_on
        ud2
end by_rbx

begin by_r12
        save_all
        leaq    -72(%rsp), %r12
        .cfi_def_cfa r12, 128
        subq    SIZE(%rdi), %rsp
        andq    $-64, %rsp
        ask
        hold    rbp, 0
        hold    rbx, 1
        hold    r13, 3
        hold    r14, 4
        hold    r15, 5
        go_on
        ud2
end by_r12

// Above the CFA: the distance is negative.
begin by_r15
        save_all
        leaq    4096(%rsp), %r15
        .cfi_escape 0x12, 0x0f, 0xf9, 0x03 // DW_CFA_def_cfa_sf: r15 - 4040
        subq    $24, %rsp
        ask
        hold    rbp, 0
        hold    rbx, 1
        hold    r12, 2
        hold    r13, 3
        hold    r14, 4
        go_on
        ud2
end by_r15

// The caller's stack pointer less 8 is what a preserved register holds, in a slot that it points at.
begin by_r13
        save_all
        leaq    56(%rsp), %rax
        lower   8
        push    rax
        lower   8
        leaq    8(%rsp), %r13
        .cfi_escape 0x0f, 0x03, 0x7d, 0x00, 0x06 // CFA: what is at r13
        subq    SIZE(%rdi), %rsp
        andq    $-16, %rsp
        ask
        hold    rbp, 0
        hold    rbx, 1
        hold    r12, 2
        hold    r14, 4
        hold    r15, 5
        go_on
        ud2
end by_r13

table_end clab_anchored

// Frames whose registers libunwind's cursor over the own process does not find.
table clab_computed

// The registers are not in memory: what is there must be computed with.
begin computed
        lower   72
        movq    %rbp, %rax
        notq    %rax
        movq    %rax, 0(%rsp)
        movq    %rbx, %rcx
        negq    %rcx
        movq    %rcx, 8(%rsp)
        leaq    100(%r12), %rcx
        movq    %rcx, 16(%rsp)
        movq    %r13, %rcx
        xorq    $85, %rcx
        movq    %rcx, 24(%rsp)
        movq    %r14, %rcx
        rolq    $32, %rcx
        movq    %rcx, 32(%rsp)
        movq    %rsp, %rcx
        subq    %r15, %rcx
        movq    %rcx, 40(%rsp)
        .cfi_escape 0x16, 0x06, 0x04, 0x77, 0x00, 0x06, 0x20 // rbp: not
        .cfi_escape 0x16, 0x03, 0x04, 0x77, 0x08, 0x06, 0x1f // rbx: neg
        .cfi_escape 0x16, 0x0c, 0x06, 0x77, 0x10, 0x06, 0x08, 0x64, 0x1c // r12: const1u 100, minus
        .cfi_escape 0x16, 0x0d, 0x06, 0x77, 0x18, 0x06, 0x08, 0x55, 0x27 // r13: const1u 85, xor
        // r14: dup, const1u 32, shr, swap, const1u 32, shl, or
        .cfi_escape 0x16, 0x0e, 0x0c, 0x77, 0x20, 0x06, 0x12, 0x08, 0x20, 0x25, 0x16, 0x08, 0x20, 0x24, 0x21
        .cfi_escape 0x16, 0x0f, 0x06, 0x77, 0x00, 0x77, 0x28, 0x06, 0x1c // r15: rsp, less the slot
        ask
        hold_all
        go_on
        ud2
end computed

table_end clab_computed

// A function that returns, stepped through: it is entered through a stub as linkers make them (the
// information is theirs), and leaves by every way of undoing a frame.
        .text
        .p2align 4
stubs:
        .cfi_startproc
        .cfi_def_cfa_offset 16
        pushq   returning_index(%rip)
        .cfi_adjust_cfa_offset 8
        jmpq    *returning_target(%rip)
        .byte   0x0f, 0x1f, 0x40, 0 // a nop, as long as linkers make it
        // CFA: rsp + 8, and 8 more from byte 11 on
        .cfi_escape 0x0f, 0x0b, 0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22
        .globl  clab_returning
        .hidden clab_returning
        .type   clab_returning, @function
clab_returning:
        jmpq    *returning_stub(%rip)
1:      .byte   0x68, 7, 0, 0, 0 // pushq $7, as long as linkers make it
        jmp     stubs
        .cfi_endproc
        .size   clab_returning, . - clab_returning

        .section .data.rel.ro, "aw", @progbits
        .p2align 3
returning_index:
        .quad   11
returning_target:
        .quad   returning
returning_stub:
        .quad   1b

        .text
        .p2align 4
returning:
        .cfi_startproc
        .cfi_def_cfa_offset 24
        raise   16
        save_all
        xorl    %ebx, %ebx
        xorl    %ebp, %ebp
        callq   enters
        lower   48
        raise   48
        load_all
        ret
        .cfi_endproc

enters:
        .cfi_startproc
        save    rbp
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        subq    $16, %rsp
        leave
        .cfi_def_cfa rsp, 8
        .cfi_restore rbp
        ret
        .cfi_endproc
#endif

// Outside the condition: without it an empty object would ask for an executable stack.
.section .note.GNU-stack, "", %progbits
