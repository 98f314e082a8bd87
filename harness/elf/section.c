#include "elf/section.h"

#include "elf/headers.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SECTIONS = 4096, LONGEST_NAME = 32 };

/* The context is the descriptor's address. */
static size_t read_file(void *context, uint64_t offset, void *buffer, size_t size) {
  ssize_t count =
      offset <= INT64_MAX ? pread(*(const int *)context, buffer, size, (off_t)offset) : -1;
  return count > 0 ? (size_t)count : 0;
}

static bool read_at(int file, uint64_t offset, void *buffer, size_t size) {
  return read_file(&file, offset, buffer, size) == size;
}

static bool has_sections(const Elf64_Ehdr *elf) {
  return elf->e_shentsize == sizeof(Elf64_Shdr) && elf->e_shnum <= MOST_SECTIONS &&
         elf->e_shstrndx < elf->e_shnum;
}

/* The address that the linker gave the file's first byte. */
static bool set_bias(const Elf64_Phdr *segment, void *context) {
  if (segment->p_type == PT_LOAD && segment->p_offset == 0)
    *(uint64_t *)context = segment->p_vaddr;
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
  struct clab_elf_source source = {&file, read_file, 0};
  Elf64_Ehdr elf;
  uint64_t bias = 0;
  if (!clab_elf_header_read(&source, &elf) || !has_sections(&elf) ||
      !clab_elf_segments_visit(&source, &elf, set_bias, &bias))
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
