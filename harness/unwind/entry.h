/*
 * The entries of .eh_frame: a CIE says what many functions have in common, an FDE covers one of
 * them. They are found through the binary search table of .eh_frame_header.
 */
#ifndef CLAB_ENTRY_H
#define CLAB_ENTRY_H

#include "unwind/bytes.h"
#include "unwind/cfi.h"

struct clab_cie {
  uint64_t code_align;
  int64_t data_align;
  uint8_t pointer_encoding;
  bool augmented; /* FDEs have augmentation data */
  bool signal_frame;
  struct clab_bytes instructions;
};

/* The address of the FDE of the last function that begins at or before `pc`, 0 for none. False when
   the table cannot be read. Async-signal-safe: yes, if the target's functions are */
bool clab_entry_find(struct clab_code *code, const struct clab_image *image, uint64_t pc,
                     uint64_t *fde);
/* Copies a CIE or FDE; what is to be parsed begins after the length.
   Async-signal-safe: yes, if the target's functions are */
bool clab_entry_read(struct clab_code *code, uint64_t address, uint8_t *buffer,
                     struct clab_bytes *reader);
/* Copies and parses a CIE. False for one that is not understood.
   Async-signal-safe: yes, if the target's functions are */
bool clab_entry_read_cie(struct clab_cfi *cfi, uint64_t address, struct clab_cie *cie);

#endif
