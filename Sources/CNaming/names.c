/*
 * Names of functions: what debug information says, and the manglings that libiberty can't tell from
 * plain names, because only the language of a unit does.
 */
#include "names.h"

#include <ctype.h>
#include <dwarf.h>
#include <libiberty/demangle.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_SCOPE = 32, MOST_STEPS = 1 << 22 };

/* Of all searches in this process: units may have millions of entries. */
static int steps_left = MOST_STEPS;

static const char *string_of(Dwarf_Die *die, unsigned int name) {
  Dwarf_Attribute attribute;
  return dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
}

static const char *linkage_name_of(Dwarf_Die *die) {
  static const unsigned int linkage[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
  for (size_t i = 0; i < 2; i++) {
    const char *name = string_of(die, linkage[i]);
    if (name && *name)
      return name;
  }
  return NULL;
}

const char *clab_bare_name_of(Dwarf_Die *die) { return string_of(die, DW_AT_name); }

static bool is_cpp(int language) {
  switch (language) {
  case DW_LANG_C_plus_plus:
  case DW_LANG_C_plus_plus_03:
  case DW_LANG_C_plus_plus_11:
  case DW_LANG_C_plus_plus_14:
  case 0x2b: /* DW_LANG_C_plus_plus_17 */
  case 0x2c: /* DW_LANG_C_plus_plus_20 */
    return true;
  default:
    return false;
  }
}

/* The entry in the scope that a function was declared in: a member in its class. */
static Dwarf_Die declaration_of(Dwarf_Die die) {
  static const unsigned int links[] = {DW_AT_abstract_origin, DW_AT_specification};
  for (size_t i = 0; i < 2; i++) {
    Dwarf_Attribute attribute;
    Dwarf_Die next;
    if (dwarf_attr(&die, links[i], &attribute) && dwarf_formref_die(&attribute, &next))
      die = next;
  }
  return die;
}

/* The entries around one, outermost first; their number. */
static int scopes_of(Dwarf_Die *die, Dwarf_Die scopes[DEEPEST_SCOPE]) {
  Dwarf_Die unit;
  Dwarf_Die at;
  Dwarf_Off wanted = dwarf_dieoffset(die);
  int count = 0;
  if (!dwarf_diecu(die, &unit, NULL, NULL) || dwarf_child(&unit, &at))
    return 0;
  for (;;) {
    Dwarf_Die next;
    /* Siblings come in the order of their offsets; one that does not would lead in a circle. */
    while (steps_left > 0 && dwarf_siblingof(&at, &next) == 0 &&
           dwarf_dieoffset(&next) > dwarf_dieoffset(&at) && dwarf_dieoffset(&next) <= wanted) {
      at = next;
      steps_left--;
    }
    if (dwarf_dieoffset(&at) == wanted)
      return count;
    if (steps_left <= 0 || dwarf_dieoffset(&at) > wanted || count == DEEPEST_SCOPE ||
        dwarf_child(&at, &next))
      return 0;
    scopes[count++] = at;
    at = next;
  }
}

struct text {
  char bytes[CLAB_NAMING_MOST_NAME];
  size_t filled;
};

static void append(struct text *text, const char *piece) {
  size_t room = sizeof text->bytes - 1 - text->filled;
  size_t length = strlen(piece);
  size_t count = length < room ? length : room;
  memcpy(text->bytes + text->filled, piece, count);
  text->filled += count;
  text->bytes[text->filled] = 0;
}

static void append_scope(struct text *text, Dwarf_Die *scope) {
  static char demangled[CLAB_NAMING_MOST_NAME];
  const char *name = clab_bare_name_of(scope);
  switch (dwarf_tag(scope)) {
  case DW_TAG_namespace:
    append(text, name ? name : "(anonymous namespace)");
    break;
  case DW_TAG_subprogram: {
    const char *linkage = linkage_name_of(scope);
    if (linkage)
      clab_naming_demangle(linkage, demangled, sizeof demangled);
    append(text, linkage ? demangled : name ? name : "(unnamed)");
    break;
  }
  case DW_TAG_class_type:
  case DW_TAG_structure_type:
  case DW_TAG_union_type:
    append(text, name ? name : "(unnamed)");
    break;
  default:
    return;
  }
  append(text, "::");
}

const char *clab_name_of(struct unit *unit, Dwarf_Die *die) {
  static struct text text;
  const char *name = linkage_name_of(die);
  if (name)
    return name;
  name = clab_bare_name_of(die);
  if (!name || !is_cpp(dwarf_srclang(&unit->content)))
    return name;
  static Dwarf_Die scopes[DEEPEST_SCOPE];
  Dwarf_Die declaration = declaration_of(*die);
  int count = scopes_of(&declaration, scopes);
  text.filled = 0;
  for (int i = 0; i < count; i++)
    append_scope(&text, &scopes[i]);
  append(&text, name);
  return text.bytes;
}

static bool is_ada(int language) {
  return language == DW_LANG_Ada83 || language == DW_LANG_Ada95 ||
         language == 0x2e /* DW_LANG_Ada2005 */ || language == 0x2f /* DW_LANG_Ada2012 */;
}

static bool is_library_of_ada(const char *path) {
  const char *slash = path ? strrchr(path, '/') : NULL;
  return slash && (strncmp(slash, "/libgnat", 8) == 0 || strncmp(slash, "/libgnarl", 9) == 0);
}

static bool ends_with(const struct text *text, const char *end) {
  size_t length = strlen(end);
  return text->filled >= length && strcmp(text->bytes + text->filled - length, end) == 0;
}

static void cut(struct text *text, size_t count) {
  text->filled -= count;
  text->bytes[text->filled] = 0;
}

/* `pkg__proc.2`, a nested procedure, is `pkg.proc`; `pkg__workTB` is the body of a task (GNAT,
   exp_dbug.ads). */
static const char *unmangled_ada(const char *symbol, struct text *text) {
  text->filled = 0;
  append(text, symbol);
  size_t length = text->filled;
  while (length && isdigit((unsigned char)text->bytes[length - 1]))
    length--;
  if (length && length < text->filled && text->bytes[length - 1] == '.')
    cut(text, text->filled - length + 1);
  if (ends_with(text, "TB"))
    cut(text, 2);
  else if (ends_with(text, "TKB"))
    cut(text, 3);
  char *made = ada_demangle(text->bytes, 0);
  bool good = made && *made && *made != '<';
  text->filled = 0;
  append(text, good ? made : symbol);
  free(made);
  return text->bytes;
}

/* `__module_MOD_procedure`: gfortran folds a program's names to lower case. */
static const char *unmangled_fortran(const char *symbol, struct text *text) {
  const char *middle = strncmp(symbol, "__", 2) == 0 ? strstr(symbol, "_MOD_") : NULL;
  if (!middle || middle == symbol + 2 || !middle[5])
    return symbol;
  size_t module = (size_t)(middle - symbol) - 2;
  snprintf(text->bytes, sizeof text->bytes, "%.*s::%s", (int)module, symbol + 2, middle + 5);
  return text->bytes;
}

/* `runtime.futex.abi0`: how Go's linker tells two calling conventions of one function apart. */
static const char *unmangled_go(const char *symbol, struct text *text) {
  size_t length = strlen(symbol);
  if (length <= 5 || strcmp(symbol + length - 5, ".abi0") != 0)
    return symbol;
  snprintf(text->bytes, sizeof text->bytes, "%.*s", (int)length - 5, symbol);
  return text->bytes;
}

const char *clab_name_unmangled(const char *symbol, struct unit *unit, const char *path) {
  static struct text text;
  if (!symbol || strlen(symbol) >= sizeof text.bytes)
    return symbol;
  if (unit ? is_ada(dwarf_srclang(&unit->content)) : is_library_of_ada(path))
    return unmangled_ada(symbol, &text);
  const char *name = unmangled_fortran(symbol, &text);
  return name == symbol ? unmangled_go(symbol, &text) : name;
}
