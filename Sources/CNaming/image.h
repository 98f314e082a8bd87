/*
 * What is known of an image's file in the naming process.
 */
#ifndef CLAB_NAMING_IMAGE_H
#define CLAB_NAMING_IMAGE_H

#include "clab_naming.h"
#include "ranges.h"

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

struct unit {
  Dwarf_Die die;
  /* Where its functions are: of a split unit another file's, once that was looked for. */
  Dwarf_Die content;
  struct ranges functions;
  bool is_indexed;
  /* The file with the content is still to be looked for. */
  bool is_split;
  /* The file with the content is not there. */
  bool split_missing;
};

struct symbol {
  uint64_t start;
  /* One past the last; `start` if the symbol has no size. */
  uint64_t end;
  /* The highest end of this one and all before it. */
  uint64_t highest_end;
  /* Of its section, one past the last. */
  uint64_t limit;
  const char *name;
  uint32_t rank;
};

struct symbols {
  struct symbol *items;
  size_t count;
  size_t capacity;
  /* Local functions are there too, so that a symbol without size ends at the next one. */
  bool is_complete;
};

struct image {
  char *path;
  Dwfl *dwfl;
  Dwfl_Module *module;
  enum clab_naming_depth depth;
  /* What Dwfl adds to the file's own addresses. */
  uint64_t bias;
  struct symbols symbols;
  Dwarf *dwarf;
  uint64_t dwarf_bias;
  /* Of dwz; opened here so that libdw does not search it. */
  Dwarf *alternate;
  int alternate_file;
  struct unit *units;
  size_t unit_count;
  struct ranges unit_ranges;
};

#endif
