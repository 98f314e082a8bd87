/* The whole walk. */
#ifndef CLAB_RUN_H
#define CLAB_RUN_H

#include "walk/state.h"

/* Walks to the end: by rules, by verified runs, by libunwind.
   Async-signal-safe: yes, if the target's functions are */
void clab_walk_run(struct clab_walk *walk);

#endif
