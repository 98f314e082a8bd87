/*
 * A compressed section of a file (elf(5), SHF_COMPRESSED). The harness, which has no library for
 * it, names this function weakly: where it is not linked, what is compressed is not read.
 */
#ifndef CLAB_SECTION_INFLATE_H
#define CLAB_SECTION_INFLATE_H

#include <stdint.h>

/**
 * Inflates a section that lies in the file. Returns memory that munmap(2) gives back and its size,
 * or NULL: nothing that a damaged section does harms the caller. Async-signal-safe: no
 */
void *clab_section_inflate(int file, uint64_t offset, uint64_t size, uint64_t *out_size);

#endif
