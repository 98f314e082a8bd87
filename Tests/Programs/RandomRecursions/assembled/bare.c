/* Copies of the frames without call frame information: of no image, and in a library that has none.
 */
#include "assembled/assembled.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

clab_recursive *clab_bare[CLAB_BARE_KINDS * CLAB_BARE_PLACES + 1];

#if defined(__x86_64__)
extern const uint8_t clab_bare_code[], clab_bare_code_end[];
extern const uint32_t clab_bare_offsets[CLAB_BARE_KINDS];

enum { PAGE = 4096 };

/* The smallest library that the loader takes: a page of code, and one that names no symbol. */
struct library {
  Elf64_Ehdr header;
  Elf64_Phdr segments[4];
  _Alignas(PAGE) uint8_t code[PAGE];
  struct {
    Elf64_Dyn entries[6];
    Elf64_Sym symbols[1];
    uint32_t hash[4];
    char names[8];
  } dynamic;
};

static size_t code_size(void) { return (size_t)(clab_bare_code_end - clab_bare_code); }

static void make_library(struct library *library) {
  const uint64_t code = offsetof(struct library, code);
  const uint64_t dynamic = offsetof(struct library, dynamic);
  library->header = (Elf64_Ehdr){
      .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
      .e_type = ET_DYN,
      .e_machine = EM_X86_64,
      .e_version = EV_CURRENT,
      .e_phoff = offsetof(struct library, segments),
      .e_ehsize = sizeof(Elf64_Ehdr),
      .e_phentsize = sizeof(Elf64_Phdr),
      .e_phnum = 4};
  const Elf64_Phdr segments[] = {
      {PT_LOAD, PF_R | PF_X, 0, 0, 0, code + PAGE, code + PAGE, PAGE},
      {PT_LOAD, PF_R | PF_W, dynamic, dynamic, dynamic, sizeof library->dynamic,
       sizeof library->dynamic, PAGE},
      {PT_DYNAMIC, PF_R | PF_W, dynamic, dynamic, dynamic, sizeof library->dynamic.entries,
       sizeof library->dynamic.entries, 8},
      {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W},
  };
  memcpy(library->segments, segments, sizeof segments);
  memcpy(library->code, clab_bare_code, code_size());
  library->dynamic.hash[0] = library->dynamic.hash[1] = 1; /* buckets and symbols */
  const Elf64_Dyn entries[] = {
      {DT_HASH, {dynamic + offsetof(__typeof__(library->dynamic), hash)}},
      {DT_SYMTAB, {dynamic + offsetof(__typeof__(library->dynamic), symbols)}},
      {DT_STRTAB, {dynamic + offsetof(__typeof__(library->dynamic), names)}},
      {DT_STRSZ, {sizeof library->dynamic.names}},
      {DT_SYMENT, {sizeof(Elf64_Sym)}},
      {DT_NULL, {0}},
  };
  memcpy(library->dynamic.entries, entries, sizeof entries);
}

/* Returns the code in a library that is loaded from memory, or NULL. */
static const uint8_t *load_library(void) {
  static struct library library;
  char path[32];
  int file = memfd_create("bare", MFD_CLOEXEC);
  if (file < 0)
    return NULL;
  make_library(&library);
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  struct link_map *map = write(file, &library, sizeof library) == (ssize_t)sizeof library
                             ? dlopen(path, RTLD_NOW)
                             : NULL;
  close(file);
  return map == NULL ? NULL : (const uint8_t *)map->l_addr + offsetof(struct library, code);
}

/* Returns a copy that belongs to no image, or NULL. */
static const uint8_t *copy_code(void) {
  uint8_t *copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (copy == MAP_FAILED)
    return NULL;
  memcpy(copy, clab_bare_code, code_size());
  return mprotect(copy, PAGE, PROT_READ | PROT_EXEC) == 0 ? copy : NULL;
}

int clab_bare_prepare(void) {
  const uint8_t *places[CLAB_BARE_PLACES] = {clab_bare_code, copy_code(), load_library()};
  for (unsigned place = 0; place < CLAB_BARE_PLACES; place++) {
    if (places[place] == NULL)
      return errno != 0 ? errno : ENOEXEC;
    for (unsigned kind = 0; kind < CLAB_BARE_KINDS; kind++)
      clab_bare[place * CLAB_BARE_KINDS + kind] =
          (clab_recursive *)(uintptr_t)(places[place] + clab_bare_offsets[kind]);
  }
  return 0;
}
#else
int clab_bare_prepare(void) { return 0; }
#endif
