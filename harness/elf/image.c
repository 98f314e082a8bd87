/* Finds an image's unwind information in memory: its ELF and program headers are mapped with it. */
#include "clab_unwind.h"

#include <elf.h>
#include <string.h>

enum { MOST_HEADERS = 128, HEADERS_AT_ONCE = 16 };

bool clab_image_at(const struct clab_target *target, uint64_t base, struct clab_image *image) {
  Elf64_Ehdr header;
  Elf64_Phdr segments[HEADERS_AT_ONCE];
  if (target->read(target->context, base, &header, sizeof header) != sizeof header ||
      memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > MOST_HEADERS)
    return false;
  uint64_t low = UINT64_MAX, high = 0, table = 0;
  for (unsigned i = 0; i < header.e_phnum; i++) {
    unsigned place = i % HEADERS_AT_ONCE;
    if (place == 0) {
      unsigned count = header.e_phnum - i < HEADERS_AT_ONCE ? header.e_phnum - i : HEADERS_AT_ONCE;
      uint64_t address = base + header.e_phoff + i * sizeof segments[0];
      if (target->read(target->context, address, segments, count * sizeof segments[0]) !=
          count * sizeof segments[0])
        return false;
    }
    const Elf64_Phdr *segment = &segments[place];
    if (segment->p_type == PT_LOAD) {
      if (segment->p_vaddr - segment->p_offset < low && segment->p_offset == 0)
        low = segment->p_vaddr;
      if (segment->p_vaddr + segment->p_memsz > high)
        high = segment->p_vaddr + segment->p_memsz;
    } else if (segment->p_type == PT_GNU_EH_FRAME) {
      table = segment->p_vaddr;
    }
  }
  if (low == UINT64_MAX || high <= low)
    return false;
  image->low = base;
  image->high = base + (high - low);
  image->eh_frame_header = table != 0 ? base + (table - low) : 0;
  return true;
}
