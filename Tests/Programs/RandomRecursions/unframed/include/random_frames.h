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

enum {
#if defined(__x86_64__)
  CLAB_KEPT = 6, /* rbp, rbx, r12 to r15 */
#elif defined(__aarch64__)
  CLAB_KEPT = 11, /* x29, x19 to x28 */
#endif
};

/* What a frame notes of itself at its call. */
struct clab_record {
  uint64_t sp, pc;          /* the stack pointer, and where the call returns to */
  uint64_t kept[CLAB_KEPT]; /* the registers that a call preserves */
};

/* What a frame sees of the recursion it is part of. The frames in assembly know the layout. */
struct clab_recursion {
  /* The function to be called next. */
  clab_recursive *(*next)(struct clab_recursion *recursion);
  /* Calls it, and makes the caller's record. */
  uint64_t (*call)(struct clab_recursion *recursion, clab_recursive *function);
  struct clab_record *record, *records_end; /* the next one to be made, and the end of the room */
  uint64_t values[CLAB_KEPT];               /* for the registers of the frame that has just begun */
  /* What the recursion wants of the frame that has just begun: its random word, and bytes for those
     that are sized at run time. */
  uint64_t word;
  size_t size;
  struct clab_record *records; /* the outermost first */
};

enum { CLAB_RANDOM_FRAMES = 64 };

/* The frames as compiled without a frame pointer. */
extern clab_recursive *const clab_unframed[CLAB_RANDOM_FRAMES];

#endif
