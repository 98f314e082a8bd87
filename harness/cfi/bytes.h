/* Bytes of unwind information being parsed: `bad` once anything does not fit. */
#ifndef CLAB_BYTES_H
#define CLAB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clab_bytes {
  const uint8_t *at;
  const uint8_t *end;
  uint64_t address; /* of the target's memory that `at` was copied from */
  bool bad;
};

/* Encodings of pointers (DW_EH_PE_...). */
enum {
  CLAB_PE_ABSPTR = 0x00,
  CLAB_PE_ULEB128 = 0x01,
  CLAB_PE_UDATA2 = 0x02,
  CLAB_PE_UDATA4 = 0x03,
  CLAB_PE_UDATA8 = 0x04,
  CLAB_PE_SLEB128 = 0x09,
  CLAB_PE_SDATA2 = 0x0a,
  CLAB_PE_SDATA4 = 0x0b,
  CLAB_PE_SDATA8 = 0x0c,
  CLAB_PE_PCREL = 0x10,
  CLAB_PE_DATAREL = 0x30,
};

/* A number of so many bytes. Async-signal-safe: yes */
uint64_t clab_bytes_fixed(struct clab_bytes *bytes, size_t size);
/* A number in LEB128. Async-signal-safe: yes */
uint64_t clab_bytes_unsigned(struct clab_bytes *bytes);
/* Async-signal-safe: yes */
int64_t clab_bytes_signed(struct clab_bytes *bytes);
/* An encoded pointer, absolute or from its own place. Async-signal-safe: yes */
uint64_t clab_bytes_pointer(struct clab_bytes *bytes, uint8_t encoding);
/* Async-signal-safe: yes */
void clab_bytes_skip(struct clab_bytes *bytes, uint64_t size);

#endif
