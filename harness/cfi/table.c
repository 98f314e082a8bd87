#include "cfi/table.h"

#include "cfi/bytes.h"

#include <string.h>

bool clab_table_read(struct clab_code *code, const struct clab_image *image,
                     struct clab_table *table) {
  uint8_t bytes[12];
  if (image->eh_frame_header == 0 ||
      !clab_code_read(code, image->eh_frame_header, bytes, sizeof bytes))
    return false;
  uint8_t frame_encoding = bytes[1] & 0x0f;
  bool usual = bytes[0] == 1 &&
               (frame_encoding == CLAB_PE_SDATA4 || frame_encoding == CLAB_PE_UDATA4) &&
               bytes[2] == CLAB_PE_UDATA4 && bytes[3] == (CLAB_PE_DATAREL | CLAB_PE_SDATA4);
  if (!usual)
    return false;
  uint32_t count;
  memcpy(&count, bytes + 8, sizeof count);
  table->header = image->eh_frame_header;
  table->entries = image->eh_frame_header + sizeof bytes;
  table->count = count;
  return true;
}

bool clab_table_find(struct clab_code *code, const struct clab_image *image, uint64_t pc,
                     uint64_t *fde) {
  *fde = 0;
  struct clab_table table;
  if (!clab_table_read(code, image, &table))
    return false;
  struct {
    int32_t start;
    int32_t fde;
  } entry;
  uint64_t low = 0, high = table.count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (!clab_code_read(code, table.entries + middle * sizeof entry, &entry, sizeof entry))
      return false;
    if (table.header + (uint64_t)(int64_t)entry.start <= pc) {
      *fde = table.header + (uint64_t)(int64_t)entry.fde;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return true;
}
