/*
 * The records of call frame information: a CIE says what many functions have in common, an FDE
 * covers one of them. Each is copied whole and parsed from the copy.
 */
#ifndef CLAB_ENTRY_H
#define CLAB_ENTRY_H

#include "cfi/bytes.h"
#include "cfi/code.h"

enum {
  CLAB_CIE_BYTES = 4096, /* a longer CIE is not understood */
  CLAB_FDE_BYTES = 64 << 10,
};

/* The copies of one FDE and of its CIE. A handler's stack is too small for them. */
struct clab_entry_buffers {
  uint8_t cie[CLAB_CIE_BYTES];
  uint8_t fde[CLAB_FDE_BYTES];
};

/* The processors whose information is understood, whichever is at hand: each is known by the column
   that it has for the return address. */
enum clab_frames_of { CLAB_FRAMES_OF_X86_64 = 16, CLAB_FRAMES_OF_AARCH64 = 30 };

/* The stack pointer in DWARF's numbering. Async-signal-safe: yes */
static inline unsigned clab_stack_pointer_in(enum clab_frames_of processor) {
  return processor == CLAB_FRAMES_OF_X86_64 ? 7 : 31;
}

struct clab_cie {
  enum clab_frames_of frames_of;
  uint64_t code_align;
  int64_t data_align;
  uint8_t pointer_encoding;
  bool augmented; /* FDEs have augmentation data */
  bool signal_frame;
  struct clab_bytes instructions;
};

/* The code [start, start + size), and the instructions that follow its CIE's. */
struct clab_fde {
  struct clab_cie cie;
  uint64_t start;
  uint64_t size;
  struct clab_bytes instructions;
};

enum clab_entry_kind {
  CLAB_ENTRY_END = 0, /* the records end, or their lengths make no sense */
  CLAB_ENTRY_OTHER,   /* a CIE, or a record that is not understood */
  CLAB_ENTRY_FUNCTION,
};

/* Reads the record at `address`, and tells where the next one begins, which is always farther on.
   `fde` is filled in for a function. Async-signal-safe: yes, if the target's read is */
enum clab_entry_kind clab_entry_read(struct clab_code *code, uint64_t address,
                                     struct clab_entry_buffers *buffers, struct clab_fde *fde,
                                     uint64_t *next);

#endif
