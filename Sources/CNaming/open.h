/*
 * Opens images.
 */
#ifndef CLAB_NAMING_OPEN_H
#define CLAB_NAMING_OPEN_H

#include "image.h"

/* Takes the descriptor; nothing is read yet. Returns NULL if the file is no image.
 * Async-signal-safe: no */
struct image *clab_image_open(int file, const char *path, enum clab_naming_depth depth);
/* Async-signal-safe: no */
void clab_image_close(struct image *image);
/* The file's own address of a byte of it; false if it is not loaded. Async-signal-safe: no */
bool clab_image_address(const struct image *image, uint64_t offset, uint64_t *address);

#endif
