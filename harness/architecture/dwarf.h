/*
 * Everything about registers that depends on the architecture, in DWARF's numbering (which is
 * libunwind's as well). A new architecture is a new block here and a file beside this.
 */
#ifndef CLAB_DWARF_H
#define CLAB_DWARF_H

#include "clab_unwind.h"

#if defined(__x86_64__)

enum {
  CLAB_REG_FP = 6, /* rbp */
  CLAB_REG_SP = 7, /* rsp */
  CLAB_REG_PC = 16,
  CLAB_REG_RETURN = 16, /* the column of the return address */
  CLAB_SAVED_COUNT = 6,
};

/* The registers that a call preserves: rbx, rbp, r12 to r15. The frame pointer's place in the list
   is CLAB_SAVED_FP. */
static const uint8_t clab_saved_registers[CLAB_SAVED_COUNT] = {6, 3, 12, 13, 14, 15};

/* A call pushes the return address, so that it lies below the CFA in every provable frame, and the
   record that a frame pointer points at ends the frame. */
#define CLAB_RETURN_OFFSET(rule) (-8)
enum { CLAB_CALL_PUSHES = 1, CLAB_RECORD_ENDS_FRAME = 1 };
enum { CLAB_RETURNS_SIGNED = 0, CLAB_RESTORER_UNDESCRIBED = 0, CLAB_LIBRARY_ENDS_EARLY = 0 };

#elif defined(__aarch64__)

enum {
  CLAB_REG_FP = 29,
  CLAB_REG_SP = 31,
  CLAB_REG_PC = 32,
  CLAB_REG_RETURN = 30, /* the link register */
  CLAB_SAVED_COUNT = 11,
};

/* x29 (the frame pointer) and x19 to x28; x30 is the return address. */
static const uint8_t clab_saved_registers[CLAB_SAVED_COUNT] = {29, 19, 20, 21, 22, 23,
                                                               24, 25, 26, 27, 28};

#define CLAB_RETURN_OFFSET(rule) ((rule)->return_offset)
/* The record lies anywhere in the frame (AAPCS64, section 6.4.6). */
enum { CLAB_CALL_PUSHES = 0, CLAB_RECORD_ENDS_FRAME = 0 };
/* A function may sign the return address before it saves it (DW_CFA_AARCH64_negate_ra_state). */
enum { CLAB_RETURNS_SIGNED = 1, CLAB_RESTORER_UNDESCRIBED = 1 };
/* libunwind (1.8, src/aarch64/Gstep.c) says that there is no caller where the caller's frame
   pointer is 0, though the return address is saved. */
enum { CLAB_LIBRARY_ENDS_EARLY = 1 };

#endif

enum { CLAB_SAVED_FP = 0 };

/* The bits to be kept of a word that is a return address, `is_signed` or not.
   Async-signal-safe: yes */
static inline uint64_t clab_address_bits(const struct clab_registers *registers, bool is_signed) {
#if defined(__aarch64__)
  return is_signed ? ~registers->signature_bits : ~UINT64_C(0);
#else
  (void)registers, (void)is_signed;
  return ~UINT64_C(0);
#endif
}

/* Whether the processor refuses it before it looks for a page: a jump there never arrives, but the
   kernel may set such a program counter, for a handler. Async-signal-safe: yes */
static inline bool clab_is_no_address(uint64_t word) {
#if defined(__x86_64__)
  int64_t high = (int64_t)word >> 47;
  return high != 0 && high != -1;
#else
  (void)word;
  return false;
#endif
}

struct user_regs_struct;

/* The general registers of a ptrace-stopped thread, as the kernel has them. Returns 0 or an errno.
   Async-signal-safe: yes */
int clab_general_registers(pid_t thread, struct user_regs_struct *user);

/* Adds the signature bits of a ptrace-stopped thread, where there are any. Async-signal-safe: yes
 */
void clab_add_signature_bits(pid_t thread, struct clab_registers *registers);

/* The number of the system call that a ptrace-stopped thread is in, or -1. */
long clab_syscall_of_thread(pid_t thread);

#endif
