/* Looking things up in an image's .debug_frame. */
#ifndef CLAB_DEBUG_FRAMES_H
#define CLAB_DEBUG_FRAMES_H

#include "cfi/code.h"
#include "clab_debug_frames.h"

/* The address of the FDE of the last function that begins at or before `pc`. False for none.
   Async-signal-safe: yes */
bool clab_debug_frames_find(const struct clab_debug_frames *frames, uint64_t pc, uint64_t *record);
/* What the records are to be read from. Async-signal-safe: yes */
struct clab_overlay clab_debug_frames_overlay(const struct clab_debug_frames *frames);

#endif
