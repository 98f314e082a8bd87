/*
 * What a function is called.
 */
#ifndef CLAB_NAMING_NAMES_H
#define CLAB_NAMING_NAMES_H

#include "image.h"

/* The name for the linker, else the one in the source; of C++ with what it is in. Null if there is
   none. It stays until the next call. Async-signal-safe: no */
const char *clab_name_of(struct unit *unit, Dwarf_Die *die);

/* The name in the source alone, or null. Async-signal-safe: no */
const char *clab_bare_name_of(Dwarf_Die *die);

/* A symbol that its compiler has mangled in a way of its own (Ada, Fortran, Go) as the source has
   it; others as they are. `unit` is null where nobody knows of which the symbol is. It stays until
   the next call. Async-signal-safe: no */
const char *clab_name_unmangled(const char *symbol, struct unit *unit, const char *path);

#endif
