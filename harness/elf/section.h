/* Sections of an ELF file (elf(5)), which may be anything. */
#ifndef CLAB_SECTION_H
#define CLAB_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clab_section {
  uint64_t address; /* where it is loaded, relative to the image's beginning; if it is */
  uint64_t bias;    /* of the image's beginning: the address that the linker gave it */
  uint64_t offset;  /* in the file */
  uint64_t size;
  bool loaded;
  bool compressed;
};

/* Finds the section of this name. False if there is none, or it does not lie in the file.
   Async-signal-safe: no */
bool clab_section_find(int file, const char *name, struct clab_section *section);

#endif
