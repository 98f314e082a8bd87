/* Where the rule of a frame comes from: the table, .eh_frame, .debug_frame, or a guess. */
#ifndef CLAB_FIND_RULE_H
#define CLAB_FIND_RULE_H

#include "walk/state.h"

/* Finds or proves the rule of the frame to be walked; `slot` is where its frames are counted. A
   return address that no call precedes, at a function's beginning, becomes the walk's exact
   program counter. Async-signal-safe: yes, if the target's functions are */
const struct clab_rule *clab_find_rule(struct clab_walk *walk, struct clab_replay **slot);

#endif
