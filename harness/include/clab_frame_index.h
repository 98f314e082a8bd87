/*
 * A search table for an image that has call frame information (.eh_frame) and no PT_GNU_EH_FRAME:
 * gcc -static makes such. The section is found in the image's file, its records are read from
 * memory, and the table is laid where the target has nothing mapped: whoever reads the target's
 * memory asks the index first.
 */
#ifndef CRASHLAB_FRAME_INDEX_H
#define CRASHLAB_FRAME_INDEX_H

#include "clab_unwind.h"

struct clab_frame_index {
  uint64_t image;  /* where the image begins that it is of; 0: none was made */
  uint64_t header; /* the address that the table is given */
  size_t size;
  uint8_t *bytes;
};

/* Makes the index of an image whose file is open; leaves it empty where the file is not the image's
   or tells nothing. The target must read more than what the index is to hold.
   Async-signal-safe: no */
void clab_frame_index_make(struct clab_frame_index *index, const struct clab_target *target,
                           const struct clab_image *image, int file);
/* Async-signal-safe: no */
void clab_frame_index_free(struct clab_frame_index *index);
/* Lets the image have the table, if it is this image's. Async-signal-safe: yes */
void clab_frame_index_use(const struct clab_frame_index *index, struct clab_image *image);
/* What of the target's memory is the index's; 0 elsewhere. Async-signal-safe: yes */
size_t clab_frame_index_read(const struct clab_frame_index *index, uint64_t address, void *buffer,
                             size_t size);

#endif
