#include "elf/section.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SECTIONS = 4096, MOST_SEGMENTS = 128, LONGEST_NAME = 32 };

static bool read_at(int file, uint64_t offset, void *buffer, size_t size) {
  return offset <= INT64_MAX && pread(file, buffer, size, (off_t)offset) == (ssize_t)size;
}

static bool read_header(int file, Elf64_Ehdr *elf) {
  return read_at(file, 0, elf, sizeof *elf) && memcmp(elf->e_ident, ELFMAG, SELFMAG) == 0 &&
         elf->e_ident[EI_CLASS] == ELFCLASS64 && elf->e_shentsize == sizeof(Elf64_Shdr) &&
         elf->e_phentsize == sizeof(Elf64_Phdr) && elf->e_shnum <= MOST_SECTIONS &&
         elf->e_phnum <= MOST_SEGMENTS && elf->e_shstrndx < elf->e_shnum;
}

/* The address that the linker gave the file's first byte. */
static bool read_bias(int file, const Elf64_Ehdr *elf, uint64_t *bias) {
  *bias = 0;
  for (unsigned i = 0; i < elf->e_phnum; i++) {
    Elf64_Phdr segment;
    if (!read_at(file, elf->e_phoff + i * sizeof segment, &segment, sizeof segment))
      return false;
    if (segment.p_type == PT_LOAD && segment.p_offset == 0)
      *bias = segment.p_vaddr;
  }
  return true;
}

static bool is_named(int file, const Elf64_Shdr *names, const Elf64_Shdr *section,
                     const char *name) {
  char found[LONGEST_NAME];
  size_t size = strlen(name) + 1;
  return size <= sizeof found && section->sh_name <= names->sh_size &&
         size <= names->sh_size - section->sh_name &&
         read_at(file, names->sh_offset + section->sh_name, found, size) &&
         memcmp(found, name, size) == 0;
}

static bool describe(int file, const Elf64_Shdr *found, uint64_t bias,
                     struct clab_section *section) {
  struct stat status;
  *section = (struct clab_section){
      .address = found->sh_addr - bias,
      .bias = bias,
      .offset = found->sh_offset,
      .size = found->sh_size,
      .loaded = found->sh_flags & SHF_ALLOC,
      .compressed = found->sh_flags & SHF_COMPRESSED,
  };
  return found->sh_type != SHT_NOBITS && fstat(file, &status) == 0 && status.st_size >= 0 &&
         section->offset <= (uint64_t)status.st_size &&
         section->size <= (uint64_t)status.st_size - section->offset;
}

bool clab_section_find(int file, const char *name, struct clab_section *section) {
  Elf64_Ehdr elf;
  uint64_t bias;
  if (!read_header(file, &elf) || !read_bias(file, &elf, &bias))
    return false;
  size_t size = elf.e_shnum * sizeof(Elf64_Shdr);
  Elf64_Shdr *sections = malloc(size);
  bool found = false;
  if (sections != NULL && read_at(file, elf.e_shoff, sections, size))
    for (unsigned i = 0; i < elf.e_shnum && !found; i++)
      found = is_named(file, &sections[elf.e_shstrndx], &sections[i], name) &&
              describe(file, &sections[i], bias, section);
  free(sections);
  return found;
}
