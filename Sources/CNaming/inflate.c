/*
 * libdw decompresses every section of debug information when it opens a file, by zlib, before it is
 * asked anything. libdeflate takes a third of the time, and what no name and no line needs is left
 * out.
 */
#include "inflate.h"

#include <elf.h>
#include <gelf.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The program headers lie in a file's first page. */
enum { ALIGNMENT = 64, PROGRAM_HEADERS = 4096 };

/* Bytes that all copies of this process may have: no limit of the kernel counts them. */
static uint64_t left = 1ULL << 30;

/* The file's bytes stay in their places; what was compressed comes behind them. */
struct copy {
  Elf *elf;
  const char *file;
  uint64_t file_size;
  Elf64_Ehdr head;
  uint64_t compressed;
  uint64_t size;
  char *bytes;
};

static bool is_needless(const char *name) {
  static const char *const names[] = {
      ".debug_loc",      ".debug_loclists", ".debug_macro",        ".debug_frame",
      ".debug_pubnames", ".debug_pubtypes", ".debug_gnu_pubnames", ".debug_gnu_pubtypes"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0)
      return true;
  return false;
}

static uint64_t aligned(uint64_t size) {
  return (size + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
}

/* A section of debug information that is compressed by zlib; its bytes lie inside the file. */
static bool is_compressed(const struct copy *copy, Elf64_Shdr section, Elf64_Chdr *head) {
  if (!(section.sh_flags & SHF_COMPRESSED) || section.sh_type == SHT_NOBITS ||
      section.sh_size < sizeof *head || section.sh_offset > copy->file_size ||
      section.sh_size > copy->file_size - section.sh_offset)
    return false;
  memcpy(head, copy->file + section.sh_offset, sizeof *head);
  return head->ch_type == ELFCOMPRESS_ZLIB;
}

static Elf64_Shdr section_of(const struct copy *copy, size_t number) {
  Elf64_Shdr section;
  memcpy(&section, copy->file + copy->head.e_shoff + number * sizeof section, sizeof section);
  return section;
}

static const char *name_of(const struct copy *copy, Elf64_Shdr section) {
  const char *name = elf_strptr(copy->elf, copy->head.e_shstrndx, section.sh_name);
  return name ? name : "";
}

static bool read_heads(struct copy *copy) {
  size_t size = 0;
  copy->file = elf_rawfile(copy->elf, &size);
  copy->file_size = size;
  if (!copy->file || size < sizeof copy->head || gelf_getclass(copy->elf) != ELFCLASS64 ||
      copy->file[EI_DATA] != ELFDATA2LSB)
    return false;
  memcpy(&copy->head, copy->file, sizeof copy->head);
  const Elf64_Ehdr *head = &copy->head;
  return head->e_shentsize == sizeof(Elf64_Shdr) && head->e_shnum && head->e_shoff < size &&
         head->e_shnum * sizeof(Elf64_Shdr) <= size - head->e_shoff;
}

/* How large the copy becomes; false if it is not worth it, or not allowed. */
static bool measure(struct copy *copy) {
  copy->size = aligned(copy->file_size);
  for (size_t i = 0; i < copy->head.e_shnum; i++) {
    Elf64_Chdr head;
    Elf64_Shdr section = section_of(copy, i);
    if (!is_compressed(copy, section, &head))
      continue;
    copy->compressed += section.sh_size;
    if (is_needless(name_of(copy, section)))
      continue;
    if (head.ch_size > left || copy->size > left)
      return false;
    copy->size += aligned(head.ch_size);
  }
  return copy->size <= left && copy->compressed > copy->file_size / 2;
}

static bool fill(struct copy *copy) {
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  memcpy(copy->bytes, copy->file,
         copy->file_size < PROGRAM_HEADERS ? copy->file_size : PROGRAM_HEADERS);
  uint64_t at = aligned(copy->file_size);
  bool whole = decompressor;
  for (size_t i = 0; i < copy->head.e_shnum && whole; i++) {
    Elf64_Chdr head;
    Elf64_Shdr section = section_of(copy, i);
    if (!is_compressed(copy, section, &head)) {
      if (section.sh_type != SHT_NOBITS && section.sh_offset <= copy->file_size &&
          section.sh_size <= copy->file_size - section.sh_offset)
        memcpy(copy->bytes + section.sh_offset, copy->file + section.sh_offset, section.sh_size);
    } else if (is_needless(name_of(copy, section))) {
      section.sh_type = SHT_NOBITS;
      section.sh_flags &= ~(uint64_t)SHF_COMPRESSED;
    } else {
      whole = libdeflate_zlib_decompress(decompressor, copy->file + section.sh_offset + sizeof head,
                                         section.sh_size - sizeof head, copy->bytes + at,
                                         head.ch_size, NULL) == 0;
      section.sh_flags &= ~(uint64_t)SHF_COMPRESSED;
      section.sh_offset = at;
      section.sh_size = head.ch_size;
      section.sh_addralign = head.ch_addralign;
      at += aligned(head.ch_size);
    }
    memcpy(copy->bytes + copy->head.e_shoff + i * sizeof section, &section, sizeof section);
  }
  libdeflate_free_decompressor(decompressor);
  return whole;
}

/* A file in memory; -1 if it can't be made. */
static int write_copy(struct copy *copy) {
  int file = memfd_create("crashlab-debug", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, (off_t)copy->size)) {
    close(file);
    return -1;
  }
  copy->bytes = mmap(NULL, copy->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  bool whole = copy->bytes != MAP_FAILED && fill(copy);
  if (copy->bytes != MAP_FAILED)
    munmap(copy->bytes, copy->size);
  if (whole)
    return file;
  close(file);
  return -1;
}

int clab_inflated(int file) {
  struct copy copy = {.elf = elf_begin(file, ELF_C_READ_MMAP, NULL)};
  int inflated = copy.elf && read_heads(&copy) && measure(&copy) ? write_copy(&copy) : -1;
  elf_end(copy.elf);
  if (inflated < 0)
    return file;
  left -= copy.size;
  close(file);
  return inflated;
}
