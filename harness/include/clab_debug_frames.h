/*
 * The call frame information that an image only has in its file: .debug_frame (DWARF 5, section
 * 6.4.1). A compiler that is told to make no .eh_frame (-fno-asynchronous-unwind-tables) still
 * makes it with -g. A compressed section is read where a library that inflates is linked.
 */
#ifndef CRASHLAB_DEBUG_FRAMES_H
#define CRASHLAB_DEBUG_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clab_debug_function {
  uint64_t start;
  uint64_t record; /* address of its FDE, as the harness reads it */
};

struct clab_debug_frames {
  struct clab_debug_function *functions; /* by start */
  size_t count;
  uint8_t *bytes; /* the section, its records made those of .eh_frame */
  size_t size;
};

/* Reads the section of an image whose file is open and whose first byte is loaded at `base`. Leaves
   it empty where there is none. Async-signal-safe: no */
void clab_debug_frames_make(struct clab_debug_frames *frames, int file, uint64_t base);
/* Async-signal-safe: no */
void clab_debug_frames_free(struct clab_debug_frames *frames);

#endif
