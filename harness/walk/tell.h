/* From the history to the record: frames that repeat become one entry with a count. */
#ifndef CLAB_TELL_H
#define CLAB_TELL_H

#include "walk/state.h"

/* Bytes of stack of a frame of the history. Async-signal-safe: yes */
uint64_t clab_walk_size(struct clab_walk *walk, uint64_t index);
/* Whether two frames of the history differ in nothing but their place. Async-signal-safe: yes */
bool clab_same_frame(struct clab_walk *walk, uint64_t a, uint64_t b);
/* Tells the recorder the frames [told, end), those that repeat as folds. Async-signal-safe: yes */
void clab_tell(struct clab_walk *walk, uint64_t end);
/* Tells the recorder `count` repetitions of the frames [first, first + period).
   Async-signal-safe: yes */
void clab_tell_period(struct clab_walk *walk, uint64_t first, unsigned period, uint64_t count);
/* Makes room in the history for the next block of frames. Frames that fall out untold are told
   while entries of the head are free, and otherwise left out: of those only so many are kept as a
   repetition that is recognised at the end can need. Async-signal-safe: yes */
void clab_make_room(struct clab_walk *walk);

#endif
