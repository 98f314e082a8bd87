/* Walks one frame, of any kind. */
#ifndef CLAB_FRAME_H
#define CLAB_FRAME_H

#include "walk/state.h"

/* Walks the next frame. Returns why the walk ends here, or CLAB_STOP_NONE.
   Async-signal-safe: yes, if the target's functions are */
enum clab_trace_stop clab_walk_one(struct clab_walk *walk);

#endif
