/* Finds an image's unwind information in memory: its ELF and program headers are mapped with it. */
#include "clab_unwind.h"
#include "elf/headers.h"

struct extent {
  uint64_t low, high, table; /* as the linker gave them; low is UINT64_MAX where there is none */
};

static bool extend(const Elf64_Phdr *segment, void *context) {
  struct extent *extent = context;
  if (segment->p_type == PT_LOAD) {
    if (segment->p_offset == 0 && segment->p_vaddr < extent->low)
      extent->low = segment->p_vaddr;
    if (segment->p_vaddr + segment->p_memsz > extent->high)
      extent->high = segment->p_vaddr + segment->p_memsz;
  } else if (segment->p_type == PT_GNU_EH_FRAME) {
    extent->table = segment->p_vaddr;
  }
  return true;
}

bool clab_image_at(const struct clab_target *target, uint64_t base, struct clab_image *image) {
  struct clab_elf_source source = {target->context, target->read, base};
  struct extent extent = {.low = UINT64_MAX};
  Elf64_Ehdr header;
  if (!clab_elf_header_read(&source, &header) ||
      !clab_elf_segments_visit(&source, &header, extend, &extent) || extent.low == UINT64_MAX ||
      extent.high <= extent.low)
    return false;
  image->low = base;
  image->high = base + (extent.high - extent.low);
  image->eh_frame_header = extent.table != 0 ? base + (extent.table - extent.low) : 0;
  return true;
}
