#include "cfi/code.h"

#include <string.h>

void clab_code_init(struct clab_code *code, const struct clab_target *target, bool in_place) {
  code->target = target;
  code->overlay = (struct clab_overlay){0, 0, NULL};
  code->in_place = in_place;
  code->image = (struct clab_image){0, 0, 0};
  memset(code->addresses, 0, sizeof code->addresses);
}

bool clab_code_read(struct clab_code *code, uint64_t address, void *buffer, size_t size) {
  const struct clab_image *image = &code->image;
  const struct clab_overlay *overlay = &code->overlay;
  if (address - overlay->address < overlay->size) {
    size_t offset = address - overlay->address;
    if (overlay->size - offset < size)
      return false;
    memcpy(buffer, overlay->bytes + offset, size);
    return true;
  }
  if (code->in_place && address >= image->low && address < image->high &&
      image->high - address >= size) {
    memcpy(buffer, (const void *)address, size);
    return true;
  }
  return clab_code_read_checked(code, address, buffer, size);
}

bool clab_code_read_checked(struct clab_code *code, uint64_t address, void *buffer, size_t size) {
  const struct clab_target *target = code->target;
  if (target == NULL)
    return false;
  uint8_t *out = buffer;
  while (size > 0) {
    uint64_t page = address & ~(uint64_t)(CLAB_CODE_PAGE - 1);
    size_t slot = page / CLAB_CODE_PAGE % CLAB_CODE_PAGES;
    if (code->addresses[slot] != page + 1) {
      code->sizes[slot] =
          (uint32_t)target->read(target->context, page, code->pages[slot], CLAB_CODE_PAGE);
      code->addresses[slot] = page + 1;
    }
    size_t offset = address - page;
    size_t part = CLAB_CODE_PAGE - offset < size ? CLAB_CODE_PAGE - offset : size;
    if (offset + part > code->sizes[slot])
      return false;
    memcpy(out, code->pages[slot] + offset, part);
    out += part;
    address += part;
    size -= part;
  }
  return true;
}
