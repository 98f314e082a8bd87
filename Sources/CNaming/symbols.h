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
/* Another symbol of the same beginning and rank that has this name (a version may follow), or the
   symbol itself. Async-signal-safe: no */
const struct symbol *clab_symbols_alias(const struct symbols *symbols, const struct symbol *symbol,
                                        const char *name);

#endif
