/* Repetition: recognised in the history, verified in the stack, told with a count. */
#ifndef CLAB_FOLD_H
#define CLAB_FOLD_H

#include "walk/state.h"

/* Looks for repetition in the newest frames and skips a verified run of it. False when the visitor
   has seen enough. Async-signal-safe: yes, if the target's functions and the visitor are */
bool clab_fold(struct clab_walk *walk);

#endif
