#include "cfi/entry.h"

#include <string.h>

/* The length of a record, which follows it. Lengths of 64 bits are not understood. */
static bool read_length(struct clab_code *code, uint64_t address, uint64_t *length) {
  uint32_t word;
  if (!clab_code_read(code, address, &word, sizeof word) || word < sizeof word ||
      word >= 0xfffffff0)
    return false;
  *length = word;
  return true;
}

/* Copies a record; what is to be parsed begins after the length. */
static bool copy(struct clab_code *code, uint64_t address, uint64_t length, uint8_t *buffer,
                 size_t room, struct clab_bytes *reader) {
  if (length > room || !clab_code_read(code, address + 4, buffer, length))
    return false;
  *reader = (struct clab_bytes){buffer, buffer + length, address + 4, false};
  return true;
}

/* The augmentation data of a CIE, by the letters after 'z'. */
static bool read_augmentation(const char *letters, struct clab_bytes *reader,
                              struct clab_cie *cie) {
  cie->augmented = true;
  uint64_t size = clab_bytes_unsigned(reader);
  struct clab_bytes data = *reader;
  clab_bytes_skip(reader, size);
  if (reader->bad)
    return false;
  data.end = reader->at;
  for (const char *letter = letters; *letter; letter++) {
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
    case 'B': /* return addresses are signed by the other key: where they are is the same */
      if (cie->frames_of != CLAB_FRAMES_OF_AARCH64)
        return false;
      break;
    default: /* such as 'G', tagged stacks on aarch64 */
      return false;
    }
  }
  return !data.bad;
}

/* Copies and parses a CIE. False for one that is not understood. */
static bool read_cie(struct clab_code *code, uint64_t address, uint8_t *buffer,
                     struct clab_cie *cie) {
  struct clab_bytes reader;
  uint64_t length;
  if (!read_length(code, address, &length) ||
      !copy(code, address, length, buffer, CLAB_CIE_BYTES, &reader))
    return false;
  if (clab_bytes_fixed(&reader, 4) != 0) /* the CIE's mark */
    return false;
  uint64_t version = clab_bytes_fixed(&reader, 1);
  if (version != 1 && version != 3 && version != 4)
    return false;
  const char *augmentation = (const char *)reader.at;
  clab_bytes_skip(&reader, strnlen(augmentation, (size_t)(reader.end - reader.at)) + 1);
  if (version == 4 && (clab_bytes_fixed(&reader, 1) != 8 || clab_bytes_fixed(&reader, 1) != 0))
    return false; /* other sizes of addresses, or of segments */
  cie->code_align = clab_bytes_unsigned(&reader);
  cie->data_align = clab_bytes_signed(&reader);
  uint64_t return_column =
      version == 1 ? clab_bytes_fixed(&reader, 1) : clab_bytes_unsigned(&reader);
  if (return_column != CLAB_FRAMES_OF_X86_64 && return_column != CLAB_FRAMES_OF_AARCH64)
    return false;
  cie->frames_of = (enum clab_frames_of)return_column;
  cie->pointer_encoding = CLAB_PE_ABSPTR;
  cie->augmented = false;
  cie->signal_frame = false;
  if (reader.bad)
    return false;
  if (augmentation[0] == 'z') {
    if (!read_augmentation(augmentation + 1, &reader, cie))
      return false;
  } else if (augmentation[0] != 0) {
    return false;
  }
  cie->instructions = reader;
  return !reader.bad;
}

enum clab_entry_kind clab_entry_read(struct clab_code *code, uint64_t address,
                                     struct clab_entry_buffers *buffers, struct clab_fde *fde,
                                     uint64_t *next) {
  uint64_t length;
  if (!read_length(code, address, &length) || address + 4 + length < address)
    return CLAB_ENTRY_END;
  *next = address + 4 + length;
  struct clab_bytes *reader = &fde->instructions;
  if (!copy(code, address, length, buffers->fde, sizeof buffers->fde, reader))
    return CLAB_ENTRY_OTHER;
  uint64_t id_address = reader->address, back = clab_bytes_fixed(reader, 4);
  if (back == 0 || !read_cie(code, id_address - back, buffers->cie, &fde->cie))
    return CLAB_ENTRY_OTHER;
  uint8_t encoding = fde->cie.pointer_encoding;
  fde->start = clab_bytes_pointer(reader, encoding);
  fde->size = clab_bytes_pointer(reader, encoding & 0x0f);
  if (fde->cie.augmented)
    clab_bytes_skip(reader, clab_bytes_unsigned(reader));
  return reader->bad ? CLAB_ENTRY_OTHER : CLAB_ENTRY_FUNCTION;
}
