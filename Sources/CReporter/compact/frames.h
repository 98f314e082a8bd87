/* Return addresses along the chain of frame pointers. */
#ifndef CLAB_FRAMES_H
#define CLAB_FRAMES_H

#include <stdint.h>
#include <ucontext.h>

enum { CLAB_FRAMES_FIRST = 16, CLAB_FRAMES_LAST = 8 };

struct clab_frame {
  uint64_t address;
  uint64_t count; /* how many in a row are the same */
};

struct clab_frames {
  struct clab_frame first[CLAB_FRAMES_FIRST];
  struct clab_frame last[CLAB_FRAMES_LAST]; /* a ring */
  uint64_t rows;                            /* how many in all, equal ones in a row once */
  uint64_t frames;
};

/* Follows the chain inside [low, high), which is readable. Code without frame pointers ends it, or
   is missing in it. Async-signal-safe: yes */
void clab_frames_walk(struct clab_frames *frames, const ucontext_t *context, uint64_t low,
                      uint64_t high);
/* A row of it; NULL for one that was not kept. Async-signal-safe: yes */
const struct clab_frame *clab_frames_row(const struct clab_frames *frames, uint64_t row);

/* Of a signal's context. Async-signal-safe: yes */
uint64_t clab_frames_program_counter(const ucontext_t *context);
uint64_t clab_frames_stack_pointer(const ucontext_t *context);

#endif
