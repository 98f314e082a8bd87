#include "unwind/entry.h"

#include <string.h>

bool clab_cfi_table_read(struct clab_code *code, const struct clab_image *image,
                         struct clab_cfi_table *table) {
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

bool clab_entry_find(struct clab_code *code, const struct clab_image *image, uint64_t pc,
                     uint64_t *fde) {
  *fde = 0;
  struct clab_cfi_table table;
  if (!clab_cfi_table_read(code, image, &table))
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

bool clab_entry_read(struct clab_code *code, uint64_t address, uint8_t *buffer,
                     struct clab_bytes *reader) {
  uint32_t length;
  if (!clab_code_read(code, address, &length, sizeof length) || length < 4 ||
      length > CLAB_CFI_BYTES || !clab_code_read(code, address + 4, buffer, length))
    return false;
  *reader = (struct clab_bytes){buffer, buffer + length, address + 4, false};
  return true;
}

bool clab_entry_read_cie(struct clab_cfi *cfi, uint64_t address, struct clab_cie *cie) {
  struct clab_bytes reader;
  if (!clab_entry_read(&cfi->code, address, cfi->cie, &reader))
    return false;
  if (clab_bytes_fixed(&reader, 4) != 0) /* the CIE's mark */
    return false;
  uint64_t version = clab_bytes_fixed(&reader, 1);
  if (version != 1 && version != 3)
    return false;
  const char *augmentation = (const char *)reader.at;
  size_t length = strnlen(augmentation, (size_t)(reader.end - reader.at));
  clab_bytes_skip(&reader, length + 1);
  cie->code_align = clab_bytes_unsigned(&reader);
  cie->data_align = clab_bytes_signed(&reader);
  uint64_t return_column =
      version == 1 ? clab_bytes_fixed(&reader, 1) : clab_bytes_unsigned(&reader);
  if (return_column != CLAB_REG_RETURN)
    return false;
  cie->pointer_encoding = CLAB_PE_ABSPTR;
  cie->augmented = false;
  cie->signal_frame = false;
  if (reader.bad)
    return false;
  if (augmentation[0] == 'z') {
    cie->augmented = true;
    uint64_t size = clab_bytes_unsigned(&reader);
    struct clab_bytes data = reader;
    clab_bytes_skip(&reader, size);
    for (const char *letter = augmentation + 1; *letter; letter++) {
      switch (*letter) {
      case 'L':
        clab_bytes_fixed(&data, 1);
        break;
      case 'P': {
        uint8_t encoding = (uint8_t)clab_bytes_fixed(&data, 1);
        clab_bytes_pointer(&data, encoding & 0x0f);
        break;
      }
      case 'R':
        cie->pointer_encoding = (uint8_t)clab_bytes_fixed(&data, 1);
        break;
      case 'S':
        cie->signal_frame = true;
        break;
      default: /* such as 'B', signed return addresses on aarch64 */
        return false;
      }
    }
    if (data.bad)
      return false;
  } else if (augmentation[0] != 0) {
    return false;
  }
  cie->instructions = reader;
  return !reader.bad;
}

bool clab_cfi_record(struct clab_cfi *cfi, uint64_t address, uint64_t *next, uint64_t *start) {
  uint32_t length;
  *start = 0;
  if (!clab_code_read(&cfi->code, address, &length, sizeof length) || length < 4)
    return false;
  *next = address + sizeof length + length;
  struct clab_bytes fde;
  if (!clab_entry_read(&cfi->code, address, cfi->fde, &fde))
    return true;
  uint64_t id_address = fde.address, back = clab_bytes_fixed(&fde, 4);
  struct clab_cie cie;
  if (back == 0 || !clab_entry_read_cie(cfi, id_address - back, &cie))
    return true;
  uint64_t function = clab_bytes_pointer(&fde, cie.pointer_encoding);
  if (!fde.bad)
    *start = function;
  return true;
}
