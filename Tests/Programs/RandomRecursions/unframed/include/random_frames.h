/*
 * The frames of random recursions: one text, compiled with a frame pointer and without. Each
 * function asks the recursion which function comes next and calls it, in a frame of its own kind:
 * of a fixed size, holding values in the registers that a call preserves, sized at run time,
 * realigned, with two call sites, or gone by a tail call.
 */
#ifndef RANDOM_FRAMES_H
#define RANDOM_FRAMES_H

#include <stddef.h>
#include <stdint.h>

struct clab_recursion;
typedef uint64_t clab_recursive(struct clab_recursion *recursion);

/* What a frame sees of the recursion it is part of. */
struct clab_recursion {
  /* The function to be called next. */
  clab_recursive *(*next)(struct clab_recursion *recursion);
  /* What the recursion wants of the frame that has just begun: its random word, and bytes for those
     that are sized at run time. */
  uint64_t word;
  size_t size;
};

enum { CLAB_RANDOM_FRAMES = 64 };

/* The frames as compiled without a frame pointer. */
extern clab_recursive *const clab_unframed[CLAB_RANDOM_FRAMES];

#endif
