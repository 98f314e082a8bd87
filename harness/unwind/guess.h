/*
 * Code without unwind information (of a JIT, of an assembler, of a compiler that makes none): taken
 * for code with frame pointers, as far as the stack bears that out. The frame pointer then points
 * at the caller's, and the return address lies above it. An interrupted function may not have made
 * its frame yet, or have left it: its instruction tells.
 */
#ifndef CLAB_GUESS_H
#define CLAB_GUESS_H

#include "walk/state.h"

/* The rule that such code has at the frame to be walked. False if nothing executable is there, or a
   return address does not follow a call. Async-signal-safe: yes, if the target's functions are */
bool clab_guess_rule(struct clab_walk *walk, struct clab_rule *rule);
/* Whether a guessed rule leads on from the frame to be walked: outwards, by less than any frame
   takes, to a return address or 0. Notes a frame that may hide others.
   Async-signal-safe: yes, if the target's functions are */
bool clab_guess_leads_on(struct clab_walk *walk, const struct clab_rule *rule);
/* Whether the frame to be walked is the one that the kernel began the program with: nothing lies
   above it but the arguments. Async-signal-safe: yes, if the target's read is */
bool clab_is_program_entry(struct clab_walk *walk);
/* Whether a frame of unknown code took so much of the stack that others may be hidden in it.
   Async-signal-safe: yes */
bool clab_guess_hides(uint64_t frames, uint64_t bytes);

#endif
