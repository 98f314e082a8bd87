/*
 * An image's symbols.
 */
#ifndef CLAB_NAMING_SYMBOLS_H
#define CLAB_NAMING_SYMBOLS_H

#include "image.h"

/* After the lines: they may have found a file with more symbols. Async-signal-safe: no */
void clab_symbols_read(struct image *image);
/* The symbol that holds the address, or NULL. Async-signal-safe: no */
const struct symbol *clab_symbols_find(const struct symbols *symbols, uint64_t address);

#endif
