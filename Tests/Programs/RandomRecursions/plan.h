/* What a random recursion does next: decided by its seed alone. */
#ifndef RANDOM_RECURSION_PLAN_H
#define RANDOM_RECURSION_PLAN_H

#include "assembled/assembled.h"

#include <stdbool.h>

/* The frames as compiled with a frame pointer. */
extern clab_recursive *const clab_framed[CLAB_RANDOM_FRAMES];

enum clab_recursion_base { CLAB_BASE_THREAD, CLAB_BASE_MAIN, CLAB_BASE_COROUTINE, CLAB_BASES };

enum clab_recursion_bottom {
  CLAB_BOTTOM_OVERFLOW, /* there is none: the stack overflows */
  CLAB_BOTTOM_FAULT,    /* a write to null */
  CLAB_BOTTOM_SENT,     /* a signal that is sent */
  CLAB_BOTTOM_CALL,     /* a call of null: no unwind information at the innermost frame */
  CLAB_BOTTOM_STEPPED,  /* many: a trap after each of the next instructions */
  CLAB_BOTTOMS,
};

/* Frames of which one recursion has one kind only: after those without information not every
   register is known, and those that compute them libunwind's cursor over the own process loses. */
enum clab_special { CLAB_SPECIAL_ANCHORED, CLAB_SPECIAL_COMPUTED, CLAB_SPECIAL_BARE };

/* A recursion and all that is random of it. */
struct clab_plan {
  struct clab_recursion recursion; /* first: frames know a plan as a recursion */
  uint64_t state;
  enum clab_recursion_base base;
  enum clab_recursion_bottom bottom;
  size_t stack_size;
  bool stack_known; /* the walk is told where the stack is */
  bool outside;     /* it is walked from outside as well */
  uint64_t depth;   /* frames to go; the bottom comes after them */
  uint64_t segment; /* frames to go of the present segment */
  unsigned events;  /* how often qsort or a signal may still come between */
  bool assembled;   /* frames in assembly are among them */
  enum clab_special special;
  unsigned period;    /* of the present segment; 0: irregular */
  unsigned position;  /* in the period */
  unsigned resume;    /* frames until the last period goes on; 0: it does not */
  bool sizes_vary;    /* frames that are sized at run time differ in size */
  unsigned functions; /* of how many an irregular segment is made */
  clab_recursive *const *specials;
  unsigned assembled_count, special_count; /* functions of each kind */
  clab_recursive *cycle[64];
  clab_recursive *bottom_function; /* set by whoever runs the plan */
  clab_recursive *const *event_functions;
  unsigned event_count;
};

void clab_plan_init(struct clab_plan *plan, uint64_t seed);
/* A random number below `bound`. */
uint64_t clab_plan_random(struct clab_plan *plan, uint64_t bound);

#endif
