/* Every function that the call frame information in some bytes tells of. */
#ifndef CRASHLAB_CALL_FRAMES_H
#define CRASHLAB_CALL_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clab_call_frame {
  uint64_t address;
  uint64_t size;
  /* The largest distance of the CFA from the stack pointer, where the CFA is told by it. */
  uint64_t largest_offset;
};

typedef void (*clab_call_frame_visitor)(void *context, const struct clab_call_frame *frame);

/* For x86-64 and aarch64, whichever this processor is. Visits the functions of a section .eh_frame
   that is loaded at `address`, in its order. Records that are not understood are left out. Returns
   false if it ended before the end of the bytes: records can't be told apart any more, or reading
   them would take more time than any such section that a compiler makes. Async-signal-safe: no */
bool clab_call_frames_visit(const void *bytes, size_t size, uint64_t address,
                            clab_call_frame_visitor visitor, void *context);

#endif
