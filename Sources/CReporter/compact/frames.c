/* Follows frame pointers, and keeps the first and the last rows. */
#include "compact/frames.h"

#include <stdbool.h>
#include <stddef.h>

enum { MOST_FRAMES = 4 << 20 };

#if defined(__x86_64__)
uint64_t clab_frames_program_counter(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
}
uint64_t clab_frames_stack_pointer(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RSP];
}
static uint64_t frame_pointer(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RBP];
}
#elif defined(__aarch64__)
uint64_t clab_frames_program_counter(const ucontext_t *context) { return context->uc_mcontext.pc; }
uint64_t clab_frames_stack_pointer(const ucontext_t *context) { return context->uc_mcontext.sp; }
static uint64_t frame_pointer(const ucontext_t *context) { return context->uc_mcontext.regs[29]; }
#endif

/* Async-signal-safe: yes */
static struct clab_frame *place_of(struct clab_frames *frames, uint64_t row) {
  return row < CLAB_FRAMES_FIRST ? &frames->first[row]
                                 : &frames->last[(row - CLAB_FRAMES_FIRST) % CLAB_FRAMES_LAST];
}

const struct clab_frame *clab_frames_row(const struct clab_frames *frames, uint64_t row) {
  if (row >= CLAB_FRAMES_FIRST && row + CLAB_FRAMES_LAST < frames->rows)
    return NULL;
  return place_of((struct clab_frames *)frames, row);
}

/* Async-signal-safe: yes */
static void add(struct clab_frames *frames, uint64_t address) {
  frames->frames++;
  if (frames->rows) {
    struct clab_frame *before = place_of(frames, frames->rows - 1);
    if (before->address == address) {
      before->count++;
      return;
    }
  }
  *place_of(frames, frames->rows++) = (struct clab_frame){address, 1};
}

void clab_frames_walk(struct clab_frames *frames, const ucontext_t *context, uint64_t low,
                      uint64_t high) {
  frames->rows = frames->frames = 0;
  add(frames, clab_frames_program_counter(context));
  uint64_t at = frame_pointer(context), below = low;
  while (frames->frames < MOST_FRAMES && at % sizeof(uint64_t) == 0 && at >= below && at < high &&
         high - at >= 2 * sizeof(uint64_t)) {
    const uint64_t *frame = (const uint64_t *)at;
    if (!frame[1])
      break;
    add(frames, frame[1]);
    below = at + 1;
    at = frame[0];
  }
}
