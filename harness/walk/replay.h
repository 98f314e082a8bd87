/* The inner loop of irregular chains. */
#ifndef CLAB_REPLAY_H
#define CLAB_REPLAY_H

#include "walk/state.h"

/* Walks at most `budget` frames whose rules are known and whose words lie in the window: to the end
   of the block, or false if the next frame is none of these. Async-signal-safe: yes */
bool clab_walk_replay(struct clab_walk *walk, uint64_t budget);

#endif
