/* Stepping by libunwind, over any target. */
#ifndef CLAB_STEP_H
#define CLAB_STEP_H

#include "walk/state.h"

#include "unwind/library.h"

/* What libunwind's call-backs are given. */
struct clab_stepping {
  struct clab_walk *walk;
  const struct clab_registers *registers;
  uint32_t reads; /* words that were read for this frame */
  bool met_pc;    /* a word that was read is the program counter that the step began at */
};

/* Creates what the functions below need. Async-signal-safe: no */
void clab_step_warm_up(void);
/* Puts a cursor on these registers, which must last as long as it. False if it can't be.
   Async-signal-safe: yes after the warm-up, if the target's functions are */
bool clab_step_begin(struct clab_stepping *stepping, struct clab_walk *walk,
                     const struct clab_registers *registers, unw_cursor_t *cursor);
/* Steps one frame from `registers` to its caller's, in place. Unwind information must cover the
   program counter. Positive: stepped. 0: there is no caller. Negative: libunwind's error.
   Async-signal-safe: yes after the warm-up, if the target's functions are */
int clab_step(struct clab_walk *walk, struct clab_registers *registers, bool exact);

#endif
