/*
 * Debug information: the unit of an address, the function in it, what was inlined there, and lines.
 *
 * Neither clang nor swiftc writes .debug_aranges, so the units are walked once. The functions of a
 * unit are indexed when the first address in it is looked up.
 */
#include "lines.h"

#include "files.h"
#include "names.h"
#include "symbols.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 256 };

static void add_unit(struct image *image, Dwarf_Die *die, bool is_split) {
  size_t count = image->unit_count;
  if ((count & (count - 1)) == 0) {
    size_t capacity = count ? 2 * count : 1;
    struct unit *units = reallocarray(image->units, capacity, sizeof *units);
    if (!units)
      return;
    image->units = units;
  }
  image->units[count] = (struct unit){.die = *die, .content = *die, .is_split = is_split};
  image->unit_count++;
  Dwarf_Addr base;
  Dwarf_Addr low;
  Dwarf_Addr high;
  ptrdiff_t next = 0;
  while ((next = dwarf_ranges(die, next, &base, &low, &high)) > 0)
    if (!clab_ranges_add(&image->unit_ranges, low, high, count))
      return;
}

void clab_lines_read(struct image *image) {
  if (image->depth != CLAB_NAMING_LINES)
    return;
  Dwarf_Addr bias = 0;
  image->dwarf = dwfl_module_getdwarf(image->module, &bias);
  image->dwarf_bias = bias;
  if (!image->dwarf)
    return;
  clab_debug_alternate_find(image);
  Dwarf_CU *unit = NULL;
  Dwarf_Half version;
  uint8_t type;
  Dwarf_Die die;
  while (dwarf_get_units(image->dwarf, unit, &unit, &version, &type, &die, NULL) == 0)
    if (type == DW_UT_compile || type == DW_UT_skeleton)
      add_unit(image, &die, type == DW_UT_skeleton);
}

/* The next DIE; a sibling that lies before this one would lead in a circle. */
static bool go_to_sibling(Dwarf_Die *die) {
  Dwarf_Off before = dwarf_dieoffset(die);
  return dwarf_siblingof(die, die) == 0 && dwarf_dieoffset(die) > before;
}

static void index_functions(struct unit *unit, Dwarf_Die *parent, int depth) {
  Dwarf_Die die;
  if (depth > DEEPEST || dwarf_child(parent, &die) != 0)
    return;
  do {
    int tag = dwarf_tag(&die);
    if (tag == DW_TAG_subprogram) {
      Dwarf_Addr base;
      Dwarf_Addr low;
      Dwarf_Addr high;
      ptrdiff_t next = 0;
      while ((next = dwarf_ranges(&die, next, &base, &low, &high)) > 0)
        if (!clab_ranges_add(&unit->functions, low, high, dwarf_dieoffset(&die)))
          return;
    }
    /* Functions are in namespaces, modules, types and other functions. */
    if (tag != DW_TAG_inlined_subroutine && dwarf_haschildren(&die) == 1)
      index_functions(unit, &die, depth + 1);
  } while (go_to_sibling(&die));
}

/* Functions at work at an address, outermost first. */
struct chain {
  Dwarf_Die dies[CLAB_NAMING_MOST_FUNCTIONS];
  int count;
};

static void follow_inlined(struct chain *chain, Dwarf_Die *parent, Dwarf_Addr address, int depth) {
  Dwarf_Die die;
  if (depth > DEEPEST || dwarf_child(parent, &die) != 0)
    return;
  do {
    int tag = dwarf_tag(&die);
    if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block &&
        tag != DW_TAG_try_block && tag != DW_TAG_catch_block && tag != DW_TAG_with_stmt)
      continue;
    bool holds = dwarf_haspc(&die, address) == 1;
    bool unknown = tag != DW_TAG_inlined_subroutine && !dwarf_hasattr(&die, DW_AT_low_pc) &&
                   !dwarf_hasattr(&die, DW_AT_ranges);
    if (!holds && !unknown)
      continue;
    if (tag == DW_TAG_inlined_subroutine) {
      if (chain->count == CLAB_NAMING_MOST_FUNCTIONS)
        return;
      chain->dies[chain->count++] = die;
    }
    int before = chain->count;
    follow_inlined(chain, &die, address, depth + 1);
    if (holds || chain->count > before)
      return;
  } while (go_to_sibling(&die));
}

static const char *directory_of(struct unit *unit) {
  Dwarf_Attribute attribute;
  return dwarf_formstring(dwarf_attr(&unit->die, DW_AT_comp_dir, &attribute));
}

struct place {
  const char *file;
  uint32_t line;
  uint32_t column;
};

static struct place place_of_address(struct unit *unit, Dwarf_Addr address) {
  struct place place = {0};
  Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
  int number = 0;
  int column = 0;
  if (line && dwarf_lineno(line, &number) == 0 && number > 0) {
    place.file = dwarf_linesrc(line, NULL, NULL);
    place.line = (uint32_t)number;
    if (dwarf_linecol(line, &column) == 0 && column > 0)
      place.column = (uint32_t)column;
  }
  return place;
}

static uint32_t number_of(Dwarf_Die *die, unsigned int attribute_name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (!dwarf_attr(die, attribute_name, &attribute) || dwarf_formudata(&attribute, &value) ||
      value > INT32_MAX)
    return 0;
  return (uint32_t)value;
}

/* Where an inlined function was called. */
static struct place place_of_call(struct unit *unit, Dwarf_Die *inlined) {
  struct place place = {.line = number_of(inlined, DW_AT_call_line),
                        .column = number_of(inlined, DW_AT_call_column)};
  Dwarf_Files *files;
  size_t count;
  uint32_t file = number_of(inlined, DW_AT_call_file);
  if (place.line && dwarf_getsrcfiles(&unit->content, &files, &count) == 0 && file < count)
    place.file = dwarf_filesrc(files, file, NULL, NULL);
  return place;
}

/* Only of a unit that is hit: swiftc writes a skeleton for every module of clang's that it has
   imported, and whose file is a cache that is seldom there. */
static void find_content(struct unit *unit) {
  Dwarf_Die split;
  unit->is_split = false;
  if (dwarf_cu_info(unit->die.cu, NULL, NULL, NULL, &split, NULL, NULL, NULL) == 0 &&
      dwarf_tag(&split) == DW_TAG_compile_unit)
    unit->content = split;
  else
    unit->split_missing = true;
}

static struct unit *unit_of(struct image *image, Dwarf_Addr address) {
  const struct range *range = clab_ranges_find(&image->unit_ranges, address);
  if (!range)
    return NULL;
  struct unit *unit = &image->units[range->value];
  if (unit->is_split)
    find_content(unit);
  return unit;
}

/* The functions at the address, outermost first; none if the unit does not tell. */
static void find_chain(struct unit *unit, Dwarf_Addr address, struct chain *chain) {
  if (!unit->is_indexed) {
    unit->is_indexed = true;
    index_functions(unit, &unit->content, 0);
  }
  const struct range *range = clab_ranges_find(&unit->functions, address);
  Dwarf *dwarf = dwarf_cu_getdwarf(unit->content.cu);
  if (!range || !dwarf || !dwarf_offdie(dwarf, range->value, &chain->dies[0]))
    return;
  chain->count = 1;
  Dwarf_Die function = chain->dies[0];
  follow_inlined(chain, &function, address, 0);
}

/* Of names that are as good as each other the one that the source has. */
static const struct symbol *preferred(const struct image *image, const struct symbol *symbol,
                                      struct chain *chain) {
  const char *name = symbol && chain->count ? clab_bare_name_of(&chain->dies[0]) : NULL;
  return name ? clab_symbols_alias(&image->symbols, symbol, name) : symbol;
}

void clab_answer_find(struct answer *answer, struct image *image, uint64_t address) {
  static struct chain chain;
  chain.count = 0;
  const struct symbol *symbol = clab_symbols_find(&image->symbols, address);
  Dwarf_Addr there = address - image->dwarf_bias;
  struct unit *unit = image->dwarf ? unit_of(image, there) : NULL;
  struct place place = {0};
  const char *directory = NULL;
  if (unit) {
    find_chain(unit, there, &chain);
    place = place_of_address(unit, there);
    directory = directory_of(unit);
    answer->head.split_missing = unit->split_missing;
    symbol = preferred(image, symbol, &chain);
  }
  const char *name = symbol ? symbol->name : NULL;
  if (symbol)
    answer->head.distance = address - symbol->start;
  for (int i = chain.count - 1; i > 0; i--) {
    const char *inlined = clab_name_of(unit, &chain.dies[i]);
    clab_answer_add(answer, clab_name_unmangled(inlined, unit, image->path), directory, place.file,
                    place.line, place.column, true);
    place = place_of_call(unit, &chain.dies[i]);
  }
  Dwarf_Addr entry;
  if (!name && chain.count && dwarf_entrypc(&chain.dies[0], &entry) == 0 && entry <= there) {
    name = clab_name_of(unit, &chain.dies[0]);
    answer->head.distance = there - entry;
  }
  answer->head.has_symbol = name != NULL;
  clab_answer_add(answer, clab_name_unmangled(name, unit, image->path), directory, place.file,
                  place.line, place.column, false);
}
