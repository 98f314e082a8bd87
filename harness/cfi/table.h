/*
 * The binary search table of an image's .eh_frame_header: from a program counter to the FDE of its
 * function (Linux Standard Base 5, "Exception Frames").
 */
#ifndef CLAB_TABLE_H
#define CLAB_TABLE_H

#include "cfi/code.h"

struct clab_table {
  uint64_t header; /* address of .eh_frame_header: entries are relative to it */
  uint64_t entries;
  uint64_t count;
};

/* Reads the header of the table. False where there is none, or not in the usual encoding.
   Async-signal-safe: yes, if the target's read is */
bool clab_table_read(struct clab_code *code, const struct clab_image *image,
                     struct clab_table *table);
/* The address of the FDE of the last function that begins at or before `pc`, 0 for none. False when
   the table cannot be read. Async-signal-safe: yes, if the target's read is */
bool clab_table_find(struct clab_code *code, const struct clab_image *image, uint64_t pc,
                     uint64_t *fde);

#endif
