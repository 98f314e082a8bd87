/*
 * What is kept of a walk: the innermost entries, the outermost entries, and the largest folds
 * between them.
 */
#ifndef CLAB_RECORD_H
#define CLAB_RECORD_H

#include "clab_unwind.h"

struct clab_recorder {
  struct clab_trace *trace; /* its first entries are the head */
  unsigned head_count;
  unsigned kept_count;
  uint64_t tail_count; /* entries that ever came to the tail; it is a ring */
  struct clab_frame kept[CLAB_TRACE_KEPT];
  struct clab_frame tail[CLAB_TRACE_TAIL];
};

/* Begins an empty record.
   Async-signal-safe: yes */
void clab_recorder_init(struct clab_recorder *recorder, struct clab_trace *trace);

/* Whether entries of single frames are still kept for their own sake.
   Async-signal-safe: yes */
static inline bool clab_recorder_head_full(const struct clab_recorder *recorder) {
  return recorder->head_count == CLAB_TRACE_HEAD;
}

/* Takes the next entry, outwards.
   Async-signal-safe: yes */
void clab_recorder_add(struct clab_recorder *recorder, const struct clab_frame *entry);

/* Puts all kept entries into the trace and counts the frames left out.
   `trace->frame_count` must be final.
   Async-signal-safe: yes */
void clab_recorder_finish(struct clab_recorder *recorder);

#endif
