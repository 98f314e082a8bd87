/*
 * The truth about a recursion: at each call its frames note where they are and what the registers
 * that a call preserves hold. A walk must come by all of these places, in their order, with just
 * these registers.
 */
#ifndef RANDOM_RECURSION_TRUTH_H
#define RANDOM_RECURSION_TRUTH_H

#include "random_frames.h"
#include "random_recursions.h"
#include "walk/state.h"

#include <ucontext.h>

enum { CLAB_RECORDS = 1 << 20 };

/* Gives a recursion room for its records. Returns 0 or an errno. */
int clab_truth_prepare(struct clab_recursion *recursion);
/* Notes the place of an interruption. Async-signal-safe: yes */
void clab_truth_record(struct clab_recursion *recursion, const ucontext_t *context);

/* A walk's way along the records. */
struct clab_truth {
  const struct clab_record *first, *next; /* next[-1] is to come, until it is `first` */
  uint64_t cfa;                           /* of the last frame */
  struct clab_truth_result result;
};

/* Begins at the innermost record of a recursion. Async-signal-safe: yes */
void clab_truth_begin(struct clab_truth *truth, const struct clab_recursion *recursion);
/* For each frame that a walk visits. False where it is not at the place of the next record, or has
   other registers. Async-signal-safe: yes */
bool clab_truth_visit(struct clab_truth *truth, uint64_t index, uint64_t pc, uint64_t cfa);
/* After the last frame: no record may be left. Async-signal-safe: yes */
bool clab_truth_end(struct clab_truth *truth);

#endif
