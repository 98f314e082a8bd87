/* How far an interrupted function has come in making its frame: one file an architecture. */
#ifndef CLAB_PROLOGUE_H
#define CLAB_PROLOGUE_H

#include <stdint.h>

enum { CLAB_PROLOGUE_BEFORE = 2, CLAB_PROLOGUE_BYTES = 8 };

enum clab_prologue {
  CLAB_FRAME_NOT_BEGUN, /* as the call left it: nothing is pushed, or all is popped again */
  CLAB_FRAME_PUSHED,    /* the frame pointer was pushed, or is about to be, and not set yet */
  CLAB_FRAME_MADE,      /* anything else */
};

/* What the instruction at `code` tells of it; CLAB_PROLOGUE_BEFORE bytes before and
   CLAB_PROLOGUE_BYTES from there on can be read. Async-signal-safe: yes */
enum clab_prologue clab_prologue_at(const uint8_t *code);

#endif
