/*
 * Opening an image's file through libdwfl, at the addresses that the file itself has.
 */
#include "open.h"

#include "files.h"
#include "inflate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int find_no_image(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
                         char **file, Elf **elf) {
  (void)module, (void)user, (void)name, (void)base, (void)file, (void)elf;
  return -1;
}

static int find_no_debug_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
                              const char *file, const char *link, GElf_Word sum, char **found) {
  (void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)sum;
  *found = NULL;
  return -1;
}

static const Dwfl_Callbacks with_lines = {.find_elf = find_no_image,
                                          .find_debuginfo = clab_debug_file_find,
                                          .section_address = dwfl_offline_section_address};
static const Dwfl_Callbacks without_lines = {.find_elf = find_no_image,
                                             .find_debuginfo = find_no_debug_file,
                                             .section_address = dwfl_offline_section_address};

static bool report(struct image *image, int file) {
  image->dwfl = dwfl_begin(image->depth == CLAB_NAMING_LINES ? &with_lines : &without_lines);
  if (!image->dwfl) {
    close(file);
    return false;
  }
  dwfl_report_begin(image->dwfl);
  image->module = dwfl_report_elf(image->dwfl, image->path, image->path, file, 0, true);
  dwfl_report_end(image->dwfl, NULL, NULL);
  if (!image->module) {
    close(file);
    return false;
  }
  void **user = NULL;
  dwfl_module_info(image->module, &user, NULL, NULL, NULL, NULL, NULL, NULL);
  if (user)
    *user = image;
  GElf_Addr bias = 0;
  if (!dwfl_module_getelf(image->module, &bias))
    return false;
  image->bias = bias;
  return true;
}

struct image *clab_image_open(int file, const char *path, enum clab_naming_depth depth) {
  struct image *image = calloc(1, sizeof *image);
  if (image)
    image->path = strdup(path);
  if (!image || !image->path) {
    free(image);
    close(file);
    return NULL;
  }
  image->depth = depth;
  image->alternate_file = -1;
  if (depth == CLAB_NAMING_LINES)
    file = clab_inflated(file);
  clab_limit_grow(file);
  if (!report(image, file)) {
    clab_image_close(image);
    return NULL;
  }
  return image;
}

void clab_image_close(struct image *image) {
  if (!image)
    return;
  for (size_t i = 0; i < image->unit_count; i++)
    free(image->units[i].functions.items);
  free(image->units);
  free(image->unit_ranges.items);
  free(image->symbols.items);
  if (image->dwfl)
    dwfl_end(image->dwfl);
  if (image->alternate)
    dwarf_end(image->alternate);
  if (image->alternate_file >= 0)
    close(image->alternate_file);
  free(image->path);
  free(image);
}

bool clab_image_address(const struct image *image, uint64_t offset, uint64_t *address) {
  GElf_Addr bias;
  Elf *elf = dwfl_module_getelf(image->module, &bias);
  size_t count = 0;
  if (!elf || elf_getphdrnum(elf, &count))
    return false;
  /* What is mapped beyond a segment's last byte fills its last page. */
  const uint64_t page = 4096;
  bool found = false;
  for (size_t i = 0; i < count && i < 4096; i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD)
      continue;
    uint64_t low = segment.p_offset & ~(page - 1);
    uint64_t distance = offset - segment.p_offset;
    if (distance < segment.p_filesz && (segment.p_flags & PF_X || !found)) {
      *address = segment.p_vaddr + distance;
      found = true;
      if (segment.p_flags & PF_X)
        break;
    } else if (!found && segment.p_flags & PF_X &&
               offset - low <
                   ((segment.p_filesz + (segment.p_offset - low) + page - 1) & ~(page - 1))) {
      *address = segment.p_vaddr + distance;
      found = true;
    }
  }
  *address += found ? image->bias : 0;
  return found;
}
