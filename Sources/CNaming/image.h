/*
 * An image's file in the naming process: what its readers share.
 */
#ifndef CLAB_NAMING_IMAGE_H
#define CLAB_NAMING_IMAGE_H

#include "clab_naming.h"

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

struct range {
  uint64_t low;
  uint64_t high;
  /* Of a unit: its number. Of a function: its DIE's offset. */
  uint64_t value;
};

/* Ranges by their low end. */
struct ranges {
  struct range *items;
  size_t count;
  size_t capacity;
  bool is_sorted;
};

struct unit {
  Dwarf_Die die;
  /* Where its functions are: of a split unit another file's. */
  Dwarf_Die content;
  struct ranges functions;
  bool is_indexed;
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

/* Takes the descriptor. Returns NULL if the file is no image. Async-signal-safe: no */
struct image *clab_image_open(int file, const char *path, enum clab_naming_depth depth);
/* Async-signal-safe: no */
void clab_image_close(struct image *image);
/* The file's own address of a byte of it; false if it is not loaded. Async-signal-safe: no */
bool clab_image_address(const struct image *image, uint64_t offset, uint64_t *address);

/* Async-signal-safe: no */
bool clab_ranges_add(struct ranges *ranges, uint64_t low, uint64_t high, uint64_t value);
/* Sorts them first if need be. The narrowest by its low end, or NULL. Async-signal-safe: no */
const struct range *clab_ranges_find(struct ranges *ranges, uint64_t address);

/* Async-signal-safe: no */
void clab_symbols_read(struct image *image);
/* The symbol that holds the address, or NULL. Async-signal-safe: no */
const struct symbol *clab_symbols_find(const struct symbols *symbols, uint64_t address);

/* Opens the debug information and indexes its units. Async-signal-safe: no */
void clab_lines_read(struct image *image);

/* Where the separate debug information is; -1 if nowhere (libdwfl.h). Async-signal-safe: no */
int clab_debug_file_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
                         const char *file, const char *link, GElf_Word checksum, char **found);
/* Gives the debug information its alternate file (dwz), if there is one. Async-signal-safe: no */
void clab_debug_alternate_find(struct image *image);
/* Lets the process allocate more, by the size of a file that it reads. Async-signal-safe: no */
void clab_limit_grow(int file);

/* An answer as it is written. */
struct answer {
  struct clab_naming_answer head;
  size_t filled;
  char bytes[CLAB_NAMING_MOST_ANSWER];
};

/* Adds a function; the name is demangled. An inlined one is left out if that would take the room of
   the last one. Async-signal-safe: no */
void clab_answer_add(struct answer *answer, const char *name, const char *directory,
                     const char *file, uint32_t line, uint32_t column, bool is_inlined);
/* Adds what is known of the address. Async-signal-safe: no */
void clab_answer_find(struct answer *answer, struct image *image, uint64_t address);

#endif
