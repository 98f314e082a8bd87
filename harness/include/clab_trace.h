/*
 * A trace: what an unwind found, in a fixed size whatever the depth. Plain data, sent by a dying
 * child as part of one datagram.
 */
#ifndef CRASHLAB_TRACE_H
#define CRASHLAB_TRACE_H

#include <stdint.h>

enum {
  CLAB_TRACE_HEAD = 64, /* entries kept from the fault's end */
  CLAB_TRACE_KEPT = 64, /* the longest folds of those in the middle */
  CLAB_TRACE_TAIL = 32, /* entries kept from the outermost end */
  CLAB_TRACE_ENTRIES = CLAB_TRACE_HEAD + CLAB_TRACE_KEPT + CLAB_TRACE_TAIL,
  CLAB_TRACE_SITES = 32,
  CLAB_FOLD_PERIOD = 64, /* the longest period that is recognised */
};

enum clab_frame_flags {
  CLAB_FRAME_SIGNAL = 1 << 0,    /* the kernel's signal frame: its caller was interrupted */
  CLAB_FRAME_EXACT_PC = 1 << 1,  /* the program counter is the instruction, not a return address */
  CLAB_FRAME_STEPPED = 1 << 2,   /* stepped by libunwind, not by a proved rule */
  CLAB_FRAME_GUESSED = 1 << 3,   /* no unwind information: a frame pointer led on from here */
  CLAB_FRAME_UNFETCHED = 1 << 4, /* code that is not there: its caller is where the call left it */
};

/* One entry, complete in itself: the frames index, index + period, ..., index + (count - 1) *
   period have this program counter, and their CFAs are cfa, cfa + stride, ... A single frame has
   count 1 and period 1. A fold of period p is p entries with the same count. Frame 0 is the
   innermost. */
struct clab_frame {
  uint64_t index;
  uint64_t count;
  uint32_t period;
  uint32_t flags; /* enum clab_frame_flags */
  uint64_t pc;
  uint64_t cfa;        /* canonical frame address: the stack pointer before the call */
  uint64_t frame_size; /* bytes; 0 where the walk changed stacks */
  uint64_t stride;     /* bytes from one repetition to the next; 0 for a single frame */
};

/* Why a walk ended. */
enum clab_trace_stop {
  CLAB_STOP_NONE = 0,        /* not unwound */
  CLAB_STOP_OUTERMOST = 1,   /* the unwind information says that this frame has no caller */
  CLAB_STOP_NULL_RETURN = 2, /* the return address is 0 */
  CLAB_STOP_END_GUESSED = 3, /* no unwind information, and no frame pointer that leads on */
  CLAB_STOP_UNREADABLE = 4,  /* a word of the stack could not be read */
  CLAB_STOP_NO_RULE = 5,     /* libunwind could not step this frame */
  CLAB_STOP_STALLED = 6,     /* the stack did not grow shorter: a corrupt chain */
  CLAB_STOP_FRAME_LIMIT = 7, /* more frames than any stack has */
  CLAB_STOP_BUSY = 8,        /* another thread was unwinding */
  CLAB_STOP_VISITOR = 9,     /* the visitor had seen enough */
  CLAB_STOP_MISMATCH = 10,   /* the oracle: from this frame on, libunwind goes another way */
};

/* What the frames of one program counter took of the stack. */
struct clab_trace_site {
  uint64_t pc;
  uint64_t frames;
  uint64_t bytes;
};

struct clab_trace {
  uint64_t frame_count; /* all frames, in an entry or not */
  uint64_t stack_bytes; /* the sum of their sizes */
  uint64_t left_out;    /* frames that are in no entry */
  uint64_t verified;    /* frames skipped as repetitions, each verified in memory */
  uint64_t replayed;    /* frames walked by a proved rule */
  uint64_t steps;       /* frames stepped by libunwind */
  uint64_t guessed;     /* frames for which there was no unwind information */
  uint64_t duration;    /* nanoseconds */
  uint32_t rules;       /* program counters whose rule was proved */
  uint32_t stop;        /* enum clab_trace_stop */
  uint32_t complete;    /* 1: the outermost frame was reached, and no frame is missing */
  uint32_t entry_count;
  uint32_t site_count;
  uint32_t reserved;
  struct clab_frame entries[CLAB_TRACE_ENTRIES];  /* by index, the innermost first */
  struct clab_trace_site sites[CLAB_TRACE_SITES]; /* by bytes, the most first */
  struct clab_trace_site others;                  /* the frames of all other program counters */
};

_Static_assert(sizeof(struct clab_frame) == 56, "decoded by its layout");
_Static_assert(sizeof(struct clab_trace) <= 12 * 1024, "sent as one datagram");

#endif
