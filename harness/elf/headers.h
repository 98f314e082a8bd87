/* The headers of an ELF file of 64 bits (elf(5)), in a file or as they are mapped. The bytes may be
   anything. */
#ifndef CLAB_ELF_HEADERS_H
#define CLAB_ELF_HEADERS_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the headers are read. */
struct clab_elf_source {
  void *context;
  /* Copies up to `size` bytes; returns how many could be read, from the first on. */
  size_t (*read)(void *context, uint64_t place, void *buffer, size_t size);
  uint64_t start; /* the place of the file's first byte */
};

/* False if it can't be read, or is of no 64-bit ELF file with headers of the usual size.
   Async-signal-safe: yes, if the source's read is */
bool clab_elf_header_read(const struct clab_elf_source *source, Elf64_Ehdr *header);

/* Calls `visit` with each program header, until it returns false. False if they can't all be read.
   Async-signal-safe: yes, if the source's read and the visitor are */
bool clab_elf_segments_visit(const struct clab_elf_source *source, const Elf64_Ehdr *header,
                             bool (*visit)(const Elf64_Phdr *segment, void *context),
                             void *context);

#endif
