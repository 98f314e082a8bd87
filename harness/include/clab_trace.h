/*
 * A trace: what an unwind found, in a fixed size whatever the depth.
 */
#ifndef CRASHLAB_TRACE_H
#define CRASHLAB_TRACE_H

#include <stdint.h>

enum {
  CLAB_TRACE_HEAD = 64, /* entries kept at the fault's end */
  CLAB_TRACE_TAIL = 32, /* entries kept at the entry's end */
  CLAB_TRACE_SITES = 64,
};

enum clab_frame_flags {
  CLAB_FRAME_SIGNAL = 1 << 0, /* a signal frame: its program counter is no return address */
};

/* One frame, or the same frame of a run that repeats: a fold of period p is p consecutive entries
   with the same count. */
struct clab_frame {
  uint64_t index;
  uint64_t count;
  uint32_t period;
  uint32_t flags;
  uint64_t pc;
  uint64_t cfa; /* of the first of them */
  uint64_t frame_size;
};

enum clab_trace_stop {
  CLAB_STOP_NONE = 0,     /* not unwound */
  CLAB_STOP_END = 1,      /* the outermost frame */
  CLAB_STOP_ERROR = 2,    /* libunwind's error in stop_detail */
  CLAB_STOP_NO_PROGRESS = 3,
};

struct clab_trace_site {
  uint64_t pc;
  uint64_t frames;
  uint64_t bytes;
};

struct clab_trace {
  uint64_t frame_count;
  uint64_t steps; /* how often libunwind really stepped */
  uint64_t duration; /* nanoseconds */
  uint32_t stop;  /* enum clab_trace_stop */
  int32_t stop_detail;
  uint32_t head_count;
  uint32_t tail_count;
  uint64_t left_out; /* frames between head and tail */
  struct clab_frame head[CLAB_TRACE_HEAD];
  struct clab_frame tail[CLAB_TRACE_TAIL];
};

#endif
