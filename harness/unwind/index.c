#include "clab_frame_index.h"

#include "unwind/cfi.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* As in .eh_frame_header: distances from the header. */
struct entry {
  int32_t start;
  int32_t fde;
};

/* Version 1, pointers of 4 bytes, the count of 4 bytes, entries as distances of 4 bytes: the one
   encoding that is understood (clab_cfi_table_read). */
struct header {
  uint8_t version, pointers, count_encoding, entries_encoding;
  int32_t frames;
  uint32_t count;
};

enum { PAGE = 4096, MOST_ENTRIES = 1 << 20 };

static bool within(uint64_t size, uint64_t offset, uint64_t length) {
  return offset <= size && length <= size - offset;
}

/* Where the section of this name is loaded, relative to the image's beginning. */
static bool find_section(const uint8_t *file, size_t size, const char *name, uint64_t *address) {
  const Elf64_Ehdr *elf = (const Elf64_Ehdr *)file;
  if (size < sizeof *elf || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
      elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_shentsize != sizeof(Elf64_Shdr) ||
      elf->e_phentsize != sizeof(Elf64_Phdr) || elf->e_shoff % sizeof(uint64_t) != 0 ||
      elf->e_phoff % sizeof(uint64_t) != 0 ||
      !within(size, elf->e_shoff, elf->e_shnum * sizeof(Elf64_Shdr)) ||
      !within(size, elf->e_phoff, elf->e_phnum * sizeof(Elf64_Phdr)) ||
      elf->e_shstrndx >= elf->e_shnum)
    return false;
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(file + elf->e_phoff);
  uint64_t low = 0;
  for (unsigned i = 0; i < elf->e_phnum; i++)
    if (segments[i].p_type == PT_LOAD && segments[i].p_offset == 0)
      low = segments[i].p_vaddr;
  const Elf64_Shdr *sections = (const Elf64_Shdr *)(file + elf->e_shoff);
  const Elf64_Shdr *names = &sections[elf->e_shstrndx];
  if (!within(size, names->sh_offset, names->sh_size))
    return false;
  for (unsigned i = 0; i < elf->e_shnum; i++) {
    uint64_t at = sections[i].sh_name;
    if (sections[i].sh_flags & SHF_ALLOC && within(names->sh_size, at, strlen(name) + 1) &&
        strcmp((const char *)file + names->sh_offset + at, name) == 0) {
      *address = sections[i].sh_addr - low;
      return true;
    }
  }
  return false;
}

static bool find_frames(int file, uint64_t *address) {
  struct stat status;
  if (fstat(file, &status) || status.st_size <= 0)
    return false;
  size_t size = (size_t)status.st_size;
  void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED)
    return false;
  bool found = find_section(bytes, size, ".eh_frame", address);
  munmap(bytes, size);
  return found;
}

static int compare(const void *left, const void *right) {
  int32_t a = ((const struct entry *)left)->start, b = ((const struct entry *)right)->start;
  return a < b ? -1 : a > b;
}

static size_t room_for(size_t entries) {
  size_t size = sizeof(struct header) + entries * sizeof(struct entry);
  return (size + PAGE - 1) / PAGE * PAGE;
}

/* The functions of all records from `address` on, relative to `origin`. */
static struct entry *collect(struct clab_cfi *cfi, uint64_t address, uint64_t origin,
                             size_t *count) {
  struct entry *entries = NULL;
  size_t capacity = 0;
  uint64_t next, start;
  *count = 0;
  for (; *count < MOST_ENTRIES && clab_cfi_record(cfi, address, &next, &start); address = next) {
    int64_t to_start = (int64_t)(start - origin), to_record = (int64_t)(address - origin);
    if (start == 0 || to_start != (int32_t)to_start || to_record != (int32_t)to_record)
      continue;
    if (*count == capacity) {
      capacity = capacity ? 2 * capacity : 1024;
      struct entry *more = realloc(entries, capacity * sizeof *entries);
      if (more == NULL)
        break;
      entries = more;
    }
    entries[(*count)++] = (struct entry){(int32_t)to_start, (int32_t)to_record};
  }
  return entries;
}

void clab_frame_index_make(struct clab_frame_index *index, const struct clab_target *target,
                           const struct clab_image *image, int file) {
  uint64_t frames;
  *index = (struct clab_frame_index){0};
  if (!find_frames(file, &frames))
    return;
  struct clab_cfi *cfi = malloc(sizeof *cfi);
  if (cfi == NULL)
    return;
  clab_code_init(&cfi->code, target, false);
  size_t count;
  struct entry *entries = collect(cfi, image->low + frames, image->low, &count);
  free(cfi);
  size_t size = room_for(count);
  /* Below the image, a page apart: nothing is mapped there, and distances are as short. */
  uint64_t header = image->low - size - PAGE;
  uint8_t *bytes = count > 0 && header < image->low ? calloc(1, size) : NULL;
  if (bytes != NULL) {
    qsort(entries, count, sizeof *entries, compare);
    int32_t distance = (int32_t)(image->low - header);
    for (size_t i = 0; i < count; i++) {
      entries[i].start += distance;
      entries[i].fde += distance;
    }
    struct header head = {1, 0x1b, 0x03, 0x3b, 0, (uint32_t)count};
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, entries, count * sizeof *entries);
    *index = (struct clab_frame_index){image->low, header, size, bytes};
  }
  free(entries);
}

void clab_frame_index_free(struct clab_frame_index *index) {
  free(index->bytes);
  *index = (struct clab_frame_index){0};
}

void clab_frame_index_use(const struct clab_frame_index *index, struct clab_image *image) {
  if (index->bytes != NULL && index->image == image->low) {
    image->eh_frame_header = index->header;
    image->low = index->header; /* the table is read as a part of it */
  }
}

size_t clab_frame_index_read(const struct clab_frame_index *index, uint64_t address, void *buffer,
                             size_t size) {
  if (index->bytes == NULL || address < index->header || address - index->header >= index->size)
    return 0;
  size_t offset = address - index->header, rest = index->size - offset;
  if (size > rest)
    size = rest;
  memcpy(buffer, index->bytes + offset, size);
  return size;
}
