/*
 * Symbol tables: .symtab of the file or of its debug file, else .dynsym with .gnu_debugdata
 * (libdwfl chooses). A symbol reaches as far as its size says. One without size (assembly) reaches
 * to the next symbol, if the table has all of them.
 */
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct symbols *symbols, struct symbol symbol) {
  if (symbols->count == symbols->capacity) {
    size_t capacity = symbols->capacity ? 2 * symbols->capacity : 1024;
    struct symbol *items = reallocarray(symbols->items, capacity, sizeof *items);
    if (!items)
      return false;
    symbols->items = items;
    symbols->capacity = capacity;
  }
  symbols->items[symbols->count++] = symbol;
  return true;
}

/* Of names for one address the lowest rank is shown: what a programmer would call it. */
static uint32_t rank(const GElf_Sym *symbol, const char *name) {
  uint32_t underscores = 0;
  while (underscores < 15 && name[underscores] == '_')
    underscores++;
  uint32_t binding = GELF_ST_BIND(symbol->st_info) == STB_LOCAL;
  uint32_t untyped = GELF_ST_TYPE(symbol->st_info) == STT_NOTYPE;
  return untyped << 16 | binding << 8 | underscores;
}

/* Whether the section has code, and where it ends. */
static bool section_end(Elf *elf, GElf_Word index, bool untyped, uint64_t bias, uint64_t *limit) {
  GElf_Shdr header;
  Elf_Scn *section = index == SHN_UNDEF || index >= SHN_LORESERVE ? NULL : elf_getscn(elf, index);
  if (!section || !gelf_getshdr(section, &header))
    return !untyped && index != SHN_UNDEF;
  *limit = header.sh_addr + header.sh_size + bias;
  return !untyped || header.sh_flags & SHF_EXECINSTR;
}

/* What assemblers and Arm's tools leave behind: `.L12`, `$x`, `$d.3`. */
static bool is_local_label(const char *name) {
  return name[0] == '.' || (name[0] == '$' && name[1] && (name[2] == 0 || name[2] == '.'));
}

static void take(struct image *image, int index) {
  GElf_Sym symbol;
  GElf_Addr address;
  GElf_Word section;
  Elf *elf;
  Dwarf_Addr bias;
  const char *name =
      dwfl_module_getsym_info(image->module, index, &symbol, &address, &section, &elf, &bias);
  int type = GELF_ST_TYPE(symbol.st_info);
  if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
    return;
  if (!name || !*name || (type == STT_NOTYPE && is_local_label(name)))
    return;
  uint64_t limit = UINT64_MAX;
  if (!section_end(elf, section, type == STT_NOTYPE, bias, &limit))
    return;
  if (type == STT_FUNC && GELF_ST_BIND(symbol.st_info) == STB_LOCAL)
    image->symbols.is_complete = true;
  uint64_t end = address + symbol.st_size;
  add(&image->symbols, (struct symbol){.start = address,
                                       .end = end < address ? UINT64_MAX : end,
                                       .limit = limit,
                                       .name = name,
                                       .rank = rank(&symbol, name)});
}

/* By start; at one start the best comes last, where the search begins. */
static int by_start(const void *a, const void *b) {
  const struct symbol *left = a;
  const struct symbol *right = b;
  if (left->start != right->start)
    return left->start < right->start ? -1 : 1;
  if (left->rank != right->rank)
    return left->rank > right->rank ? -1 : 1;
  int order = strcmp(right->name, left->name);
  return order ? order : left->end < right->end ? -1 : left->end > right->end;
}

/* As many parts of equal width as there are symbols, each with a few of them: a program with
   hundreds of megabytes of debug information has millions, and to compare them all takes longer
   than everything else. Without memory for it they are left as they are. */
static size_t *distribute(struct symbols *symbols) {
  uint64_t lowest = UINT64_MAX, highest = 0;
  for (size_t i = 0; i < symbols->count; i++) {
    uint64_t start = symbols->items[i].start;
    lowest = start < lowest ? start : lowest;
    highest = start > highest ? start : highest;
  }
  uint64_t width = (highest - lowest) / symbols->count + 1;
  size_t *ends = calloc(symbols->count + 1, sizeof *ends);
  struct symbol *items = reallocarray(NULL, symbols->count, sizeof *items);
  if (!ends || !items) {
    free(ends);
    free(items);
    return NULL;
  }
  for (size_t i = 0; i < symbols->count; i++)
    ends[(symbols->items[i].start - lowest) / width + 1]++;
  for (size_t part = 1; part <= symbols->count; part++)
    ends[part] += ends[part - 1];
  for (size_t i = 0; i < symbols->count; i++)
    items[ends[(symbols->items[i].start - lowest) / width]++] = symbols->items[i];
  free(symbols->items);
  symbols->items = items;
  symbols->capacity = symbols->count;
  return ends; /* each part's own by now */
}

static void sort(struct symbols *symbols) {
  size_t *ends = distribute(symbols);
  if (!ends) {
    qsort(symbols->items, symbols->count, sizeof *symbols->items, by_start);
    return;
  }
  size_t begin = 0;
  for (size_t part = 0; part < symbols->count; part++) {
    if (ends[part] > begin + 1)
      qsort(symbols->items + begin, ends[part] - begin, sizeof *symbols->items, by_start);
    begin = ends[part];
  }
  free(ends);
}

void clab_symbols_read(struct image *image) {
  int count = dwfl_module_getsymtab(image->module);
  for (int i = 0; i < count; i++)
    take(image, i);
  struct symbols *symbols = &image->symbols;
  if (symbols->count)
    sort(symbols);
  uint64_t highest = 0;
  for (size_t i = 0; i < symbols->count; i++) {
    if (symbols->items[i].end > highest)
      highest = symbols->items[i].end;
    symbols->items[i].highest_end = highest;
  }
}

const struct symbol *clab_symbols_find(const struct symbols *symbols, uint64_t address) {
  size_t low = 0;
  size_t high = symbols->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (symbols->items[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  for (size_t i = low; i > 0 && symbols->items[i - 1].highest_end > address; i--)
    if (address < symbols->items[i - 1].end)
      return &symbols->items[i - 1];
  const struct symbol *nearest = low ? &symbols->items[low - 1] : NULL;
  if (!nearest || nearest->end != nearest->start)
    return NULL;
  bool reaches = address == nearest->start || symbols->is_complete;
  return reaches && address < nearest->limit ? nearest : NULL;
}

const struct symbol *clab_symbols_alias(const struct symbols *symbols, const struct symbol *symbol,
                                        const char *name) {
  size_t length = strlen(name);
  for (size_t i = (size_t)(symbol - symbols->items) + 1; i > 0; i--) {
    const struct symbol *other = &symbols->items[i - 1];
    if (other->start != symbol->start || other->rank != symbol->rank)
      break;
    if (strncmp(other->name, name, length) == 0 &&
        (other->name[length] == 0 || other->name[length] == '@'))
      return other;
  }
  return symbol;
}
