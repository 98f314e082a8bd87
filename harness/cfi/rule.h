/*
 * Proves the unwind rule of a program counter from the image's call frame information
 * (.eh_frame, found through PT_GNU_EH_FRAME). A rule is proved when the CFA is the stack or frame
 * pointer plus a constant and every preserved register, and the return address, is either
 * untouched or saved at a constant distance from the CFA; or, as in the frame that the kernel makes
 * for a signal handler to return through, when all registers lie at constant distances from the
 * stack pointer. Nothing is observed and nothing is guessed: any other information (other
 * expressions, registers saved in registers, an encoding that is not understood) leaves the frame
 * to libunwind.
 *
 * Sources: DWARF 5 section 6.4; Linux Standard Base 5, "Exception Frames" (.eh_frame_header).
 */
#ifndef CLAB_RULE_H
#define CLAB_RULE_H

#include "architecture/restorer.h"
#include "cfi/debug_frames.h"
#include "cfi/row.h"

enum clab_rule_kind {
  CLAB_RULE_NONE = 0,  /* no unwind information covers the program counter */
  CLAB_RULE_PROVED,    /* the constants below are the whole truth */
  CLAB_RULE_CONTEXT,   /* all registers were saved together: see struct clab_context_layout */
  CLAB_RULE_LINK,      /* guessed: the return address is in a register still */
  CLAB_RULE_OUTERMOST, /* the return address is undefined: no caller */
  CLAB_RULE_STEP,      /* there is information, but libunwind must interpret it */
};

struct clab_rule {
  uint8_t kind;
  bool signal_frame;  /* the caller was interrupted: its program counter is exact */
  bool last_byte;     /* the address is the last of the function that covers it */
  bool guessed;       /* no information: as code with frame pointers would have it */
  bool return_signed; /* the return address may hold a signature */
  bool sp_of_caller;  /* of CLAB_RULE_LINK: nothing is on the stack yet, or any more */
  bool cfa_from_fp;   /* CFA = frame pointer + cfa_offset, else stack pointer + cfa_offset */
  uint16_t saved;     /* bit i: clab_saved_registers[i] is saved at CFA + saved_offset[i] */
  int32_t cfa_offset;
  int32_t return_offset; /* of the return address, from the CFA */
  int32_t lowest;        /* the lowest of all offsets from the CFA */
  int32_t saved_offset[CLAB_SAVED_COUNT];
};

/* Async-signal-safe: yes */
static inline bool clab_rule_saves_fp(const struct clab_rule *rule) {
  return rule->saved >> CLAB_SAVED_FP & 1;
}

/* Scratch memory of the prover; a handler's stack is too small for it. */
struct clab_prover {
  struct clab_context_layout context;
  struct clab_rows rows;
  struct clab_code code;
  struct clab_entry_buffers buffers;
};

/* Proves the rule for `pc`, an address inside the instruction (return addresses less one).
   Async-signal-safe: yes, if the target's functions are */
void clab_rule_prove(struct clab_prover *prover, const struct clab_image *image, uint64_t pc,
                     struct clab_rule *rule);
/* The rule of the place that a signal handler returns to, where its instructions tell; `pc` is that
   place. False: it is none. Async-signal-safe: yes, if the target's functions are */
bool clab_rule_of_restorer(struct clab_prover *prover, uint64_t pc, struct clab_rule *rule);
/* The same from an image's .debug_frame. CLAB_RULE_NONE also where there is information that is not
   understood: libunwind does not see it. Async-signal-safe: yes */
void clab_rule_prove_debug(struct clab_prover *prover, const struct clab_debug_frames *frames,
                           uint64_t pc, struct clab_rule *rule);

#endif
