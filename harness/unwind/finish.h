/* What a walk comes to: the frames that were walked by other means, and the end. */
#ifndef CLAB_FINISH_H
#define CLAB_FINISH_H

#include "walk/state.h"

/* A longer chain is taken for a corrupt one: a stack of 8 GiB in frames of 32 bytes. */
enum { CLAB_FRAME_LIMIT = 1 << 28 };

/* Takes one frame that was walked by other means. False once it is enough.
   Async-signal-safe: yes, if the visitor is */
bool clab_walk_take(struct clab_walk *walk, uint64_t pc, uint64_t sp, uint64_t cfa, uint32_t flags);
/* Completes the trace. Async-signal-safe: yes */
void clab_walk_finish(struct clab_walk *walk, enum clab_trace_stop stop);

#endif
