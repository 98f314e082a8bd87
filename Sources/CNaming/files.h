/*
 * The files that debug information is in, beside the image.
 */
#ifndef CLAB_NAMING_FILES_H
#define CLAB_NAMING_FILES_H

#include "image.h"

/* Where the separate debug information is; -1 if nowhere (libdwfl.h). Async-signal-safe: no */
int clab_debug_file_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
                         const char *file, const char *link, GElf_Word checksum, char **found);
/* Gives the debug information its alternate file (dwz), if there is one. Async-signal-safe: no */
void clab_debug_alternate_find(struct image *image);
/* Lets the process allocate more, by the size of a file that it reads. Async-signal-safe: no */
void clab_limit_grow(int file);

#endif
