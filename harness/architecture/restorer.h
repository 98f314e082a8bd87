/*
 * Where a signal handler returns to (sigreturn(2)), where no call frame information tells: one file
 * an architecture.
 */
#ifndef CLAB_RESTORER_H
#define CLAB_RESTORER_H

#include "clab_unwind.h"

/* Where a signal frame has the registers that were interrupted, from the stack pointer. It is the
   kernel's layout, so one is kept; a signal frame that has another is left to libunwind. */
struct clab_context_layout {
  bool known;
  int32_t lowest, highest;
  int32_t offset[CLAB_REGISTERS];
};

enum { CLAB_RESTORER_BYTES = 8 };

/* Whether the code is such a place, and where the kernel has then left the registers.
   CLAB_RESTORER_BYTES can be read. Async-signal-safe: yes */
bool clab_restorer_at(const uint8_t *code, struct clab_context_layout *layout);

#endif
