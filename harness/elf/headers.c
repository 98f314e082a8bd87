/* Reads ELF headers, several at a time: each read may be a system call. */
#include "elf/headers.h"

#include <string.h>

enum { MOST_SEGMENTS = 128, SEGMENTS_AT_ONCE = 16 };

static bool read_all(const struct clab_elf_source *source, uint64_t offset, void *buffer,
                     size_t size) {
  return source->read(source->context, source->start + offset, buffer, size) == size;
}

bool clab_elf_header_read(const struct clab_elf_source *source, Elf64_Ehdr *header) {
  return read_all(source, 0, header, sizeof *header) &&
         memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
         header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum <= MOST_SEGMENTS;
}

bool clab_elf_segments_visit(const struct clab_elf_source *source, const Elf64_Ehdr *header,
                             bool (*visit)(const Elf64_Phdr *segment, void *context),
                             void *context) {
  Elf64_Phdr segments[SEGMENTS_AT_ONCE];
  for (unsigned first = 0; first < header->e_phnum; first += SEGMENTS_AT_ONCE) {
    unsigned count =
        header->e_phnum - first < SEGMENTS_AT_ONCE ? header->e_phnum - first : SEGMENTS_AT_ONCE;
    if (!read_all(source, header->e_phoff + first * sizeof segments[0], segments,
                  count * sizeof segments[0]))
      return false;
    for (unsigned i = 0; i < count; i++)
      if (!visit(&segments[i], context))
        return true;
  }
  return true;
}
