#include "cfi/bytes.h"

#include <string.h>

uint64_t clab_bytes_fixed(struct clab_bytes *reader, size_t size) {
  uint64_t value = 0;
  if (reader->bad || (size_t)(reader->end - reader->at) < size) {
    reader->bad = true;
    return 0;
  }
  memcpy(&value, reader->at, size); /* both architectures are little-endian */
  reader->at += size;
  reader->address += size;
  return value;
}

static uint64_t read_leb(struct clab_bytes *reader, bool is_signed) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint64_t byte = clab_bytes_fixed(reader, 1);
    value |= (byte & 0x7f) << shift;
    if (!(byte & 0x80)) {
      if (is_signed && (byte & 0x40) && shift + 7 < 64)
        value |= ~UINT64_C(0) << (shift + 7);
      return value;
    }
  }
  reader->bad = true;
  return 0;
}

uint64_t clab_bytes_unsigned(struct clab_bytes *reader) { return read_leb(reader, false); }
int64_t clab_bytes_signed(struct clab_bytes *reader) { return (int64_t)read_leb(reader, true); }

void clab_bytes_skip(struct clab_bytes *reader, uint64_t size) {
  if (reader->bad || (uint64_t)(reader->end - reader->at) < size) {
    reader->bad = true;
    return;
  }
  reader->at += size;
  reader->address += size;
}

uint64_t clab_bytes_pointer(struct clab_bytes *reader, uint8_t encoding) {
  uint64_t base = reader->address;
  uint64_t value;
  switch (encoding & 0x0f) {
  case CLAB_PE_ABSPTR:
  case CLAB_PE_UDATA8:
  case CLAB_PE_SDATA8:
    value = clab_bytes_fixed(reader, 8);
    break;
  case CLAB_PE_ULEB128:
    value = clab_bytes_unsigned(reader);
    break;
  case CLAB_PE_SLEB128:
    value = (uint64_t)clab_bytes_signed(reader);
    break;
  case CLAB_PE_UDATA2:
    value = clab_bytes_fixed(reader, 2);
    break;
  case CLAB_PE_SDATA2:
    value = (uint64_t)(int64_t)(int16_t)clab_bytes_fixed(reader, 2);
    break;
  case CLAB_PE_UDATA4:
    value = clab_bytes_fixed(reader, 4);
    break;
  case CLAB_PE_SDATA4:
    value = (uint64_t)(int64_t)(int32_t)clab_bytes_fixed(reader, 4);
    break;
  default:
    reader->bad = true;
    return 0;
  }
  switch (encoding & 0xf0) {
  case 0:
    return value;
  case CLAB_PE_PCREL:
    return base + value;
  default:
    reader->bad = true;
    return 0;
  }
}
