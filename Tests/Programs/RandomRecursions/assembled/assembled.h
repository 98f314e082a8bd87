/* Frames in assembly, one table for each kind, which end in NULL. */
#ifndef ASSEMBLED_FRAMES_H
#define ASSEMBLED_FRAMES_H

#include "random_frames.h"

/* Calls the function, and notes where the caller is and what its registers hold. */
uint64_t clab_recorded_call(struct clab_recursion *recursion, clab_recursive *function);

/* Frames that save every register that a call preserves, and use it. */
extern clab_recursive *const clab_assembled[];
/* The same, and the caller is found by a register that is no stack or frame pointer. */
extern clab_recursive *const clab_anchored[];
/* Registers that are not in memory, but can be computed from what is (DW_CFA_val_expression). */
extern clab_recursive *const clab_computed[];

/* Frames with a frame pointer and without call frame information. */
#if defined(__x86_64__)
enum { CLAB_BARE_KINDS = 3 };
#else
enum { CLAB_BARE_KINDS = 0 };
#endif
enum { CLAB_BARE_PLACES = 3 /* in the program, of no image, in an image without information */ };
extern clab_recursive *clab_bare[CLAB_BARE_KINDS * CLAB_BARE_PLACES + 1];

/* Makes the copies, and fills in the table of them. Once, in a process with one thread. Returns 0
   or an errno. */
int clab_bare_prepare(void);

/* A function that returns, entered and left in many steps. */
void clab_returning(void);

#endif
