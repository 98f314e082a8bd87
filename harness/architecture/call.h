/* What a call leaves behind: one file an architecture. */
#ifndef CLAB_CALL_H
#define CLAB_CALL_H

#include "clab_unwind.h"

enum { CLAB_LONGEST_CALL = 7 };

/* Whether a call instruction ends at `end`, before which CLAB_LONGEST_CALL bytes can be read.
   Async-signal-safe: yes */
bool clab_call_ends_at(const uint8_t *end);

#endif
