/*
 * Loads and stores of aarch64 (DDI 0487, C4.1.88 "Loads and Stores", and dc zva). An operand whose
 * address depends on more than a base, a displacement and an index is there with no base that is
 * known, so that it tells the kind of access all the same.
 */
#include "aarch64.h"

enum { STACK_POINTER = 31, ZERO_REGISTER = 31 };

struct encoding {
  uint32_t mask, value;
  void (*decode)(uint32_t word, struct clab_instruction *into);
};

static int64_t signed_bits(uint32_t word, unsigned lowest, unsigned bits) {
  return (int64_t)((uint64_t)(word >> lowest) << (64 - bits)) >> (64 - bits);
}

static struct clab_memory_operand *add_operand(struct clab_instruction *into, uint8_t base,
                                               int64_t displacement, uint32_t size,
                                               uint8_t access) {
  struct clab_memory_operand *operand = &into->memory[into->memory_count++];
  operand->base = base;
  operand->displacement = displacement;
  operand->size = size;
  operand->access = access;
  operand->alignment = 1;
  operand->index = operand->bit_index = CLAB_NO_REGISTER;
  operand->scale = 1;
  operand->address_bits = 64;
  return operand;
}

static uint8_t base_of(uint32_t word) { return word >> 5 & 31; }

/* With a base that is written back. An address before the move is told by the old value. */
static void write_back(uint32_t word, struct clab_instruction *into, int64_t by) {
  if (base_of(word) != STACK_POINTER)
    return;
  into->stack_change = CLAB_STACK_ADDED;
  into->stack_delta = by;
}

/* ldp, stp, and those of vector registers, tags and without a cache. */
static void pair(uint32_t word, struct clab_instruction *into) {
  enum { AFTER = 1, OFFSET = 2, BEFORE = 3 };
  unsigned mode = word >> 23 & 3, kind = word >> 30;
  bool is_vector = word >> 26 & 1, is_load = word >> 22 & 1;
  uint32_t size = is_vector ? UINT32_C(4) << kind : kind == 2 ? 8 : 4;
  bool is_tagging = !is_vector && kind == 1 && !is_load; /* stgp */
  int64_t displacement = signed_bits(word, 15, 7) * (is_tagging ? 16 : size);
  if (kind == 3)
    return;
  add_operand(into, base_of(word), mode == AFTER ? 0 : displacement, is_tagging ? 16 : 2 * size,
              is_load ? CLAB_OPERAND_READ : CLAB_OPERAND_WRITTEN);
  if (mode == AFTER || mode == BEFORE)
    write_back(word, into, displacement);
}

/* The size of a single register; 0: it is a prefetch, which accesses nothing that could fault. */
static uint32_t single_size(uint32_t word, uint8_t *access) {
  unsigned size = word >> 30, kind = word >> 22 & 3;
  bool is_vector = word >> 26 & 1;
  *access = (is_vector ? kind & 1 : kind != 0) ? CLAB_OPERAND_READ : CLAB_OPERAND_WRITTEN;
  if (is_vector)
    return kind & 2 ? 16 : UINT32_C(1) << size;
  return size == 3 && kind >= 2 ? 0 : UINT32_C(1) << size;
}

/* A load into the zero register does nothing but touch, nor does a store of it, as far as a frame
   is concerned that begins there. */
static void note_probe(uint32_t word, struct clab_instruction *into) {
  bool is_vector = word >> 26 & 1;
  into->is_probe = !is_vector && (word & 31) == ZERO_REGISTER;
}

static void unsigned_offset(uint32_t word, struct clab_instruction *into) {
  uint8_t access;
  uint32_t size = single_size(word, &access);
  if (size == 0)
    return;
  add_operand(into, base_of(word), (int64_t)(word >> 10 & 0xfff) * size, size, access);
  note_probe(word, into);
}

/* Bits 11 and 10: unscaled, after, unprivileged, before. */
static void signed_offset(uint32_t word, struct clab_instruction *into) {
  enum { AFTER = 1, BEFORE = 3 };
  uint8_t access;
  uint32_t size = single_size(word, &access);
  unsigned mode = word >> 10 & 3;
  int64_t displacement = signed_bits(word, 12, 9);
  if (size == 0)
    return;
  add_operand(into, base_of(word), mode == AFTER ? 0 : displacement, size, access);
  note_probe(word, into);
  if (mode == AFTER || mode == BEFORE)
    write_back(word, into, displacement);
}

/* An index of 64 bits is added; one that is extended from 32 signed ones is not told. */
static void register_offset(uint32_t word, struct clab_instruction *into) {
  enum { UNSIGNED_WORD = 2, WHOLE = 3, SIGNED_WHOLE = 7 };
  uint8_t access;
  uint32_t size = single_size(word, &access);
  unsigned extension = word >> 13 & 7;
  if (size == 0)
    return;
  struct clab_memory_operand *operand = add_operand(into, base_of(word), 0, size, access);
  bool is_told = extension == UNSIGNED_WORD || extension == WHOLE || extension == SIGNED_WHOLE;
  operand->index = is_told ? word >> 16 & 31 : CLAB_OTHER_REGISTER;
  operand->index_bits = extension == UNSIGNED_WORD ? 32 : 64;
  operand->scale = word >> 12 & 1 ? (uint8_t)size : 1;
  if (operand->index == ZERO_REGISTER)
    operand->index = CLAB_NO_REGISTER;
}

/* swp, ldadd and their like read and write; ldapr, among them, only reads. */
static void atomic(uint32_t word, struct clab_instruction *into) {
  bool only_reads = (word & 0x0020fc00) == 0x0020c000;
  add_operand(into, base_of(word), 0, UINT32_C(1) << (word >> 30),
              only_reads ? CLAB_OPERAND_READ : CLAB_OPERAND_READ | CLAB_OPERAND_WRITTEN);
}

/* ldr of a constant near the code. */
static void literal(uint32_t word, struct clab_instruction *into) {
  add_operand(into, CLAB_OTHER_REGISTER, 0, 0, CLAB_OPERAND_READ);
  if (word >> 30 == 3)
    into->memory_count = 0; /* a prefetch */
}

/* ldxr, stxr, ldar, stlr, cas, and pairs of them. */
static void exclusive(uint32_t word, struct clab_instruction *into) {
  bool is_load = word >> 22 & 1, is_ordered = word >> 23 & 1, is_other = word >> 21 & 1;
  bool is_swap = is_other && (is_ordered || !(word >> 31)); /* cas, casp */
  uint32_t size = UINT32_C(1) << (word >> 30);
  if (is_other && !is_ordered)
    size = word >> 31 ? 2 * size : 8u << (word >> 30); /* pairs */
  add_operand(into, base_of(word), 0, size,
              is_swap   ? CLAB_OPERAND_READ | CLAB_OPERAND_WRITTEN
              : is_load ? CLAB_OPERAND_READ
                        : CLAB_OPERAND_WRITTEN);
}

/* ldapur and stlur. */
static void ordered_offset(uint32_t word, struct clab_instruction *into) {
  uint8_t access;
  uint32_t size = single_size(word, &access);
  if (size != 0)
    add_operand(into, base_of(word), signed_bits(word, 12, 9), size, access);
}

/* ld1 to ld4 and st1 to st4. */
static void structures(uint32_t word, struct clab_instruction *into) {
  add_operand(into, base_of(word), 0, 0, word >> 22 & 1 ? CLAB_OPERAND_READ : CLAB_OPERAND_WRITTEN);
  if (word >> 23 & 1 && base_of(word) == STACK_POINTER)
    into->stack_change = CLAB_STACK_UNKNOWN;
}

/* stg and its like. */
static void tag(uint32_t word, struct clab_instruction *into) {
  enum { AFTER = 1, BEFORE = 3 };
  unsigned mode = word >> 10 & 3;
  int64_t displacement = signed_bits(word, 12, 9) * 16;
  if (mode == 0)
    return; /* ldg and others: the tag's memory */
  add_operand(into, base_of(word), mode == AFTER ? 0 : displacement, 16, CLAB_OPERAND_WRITTEN);
  if (mode == AFTER || mode == BEFORE)
    write_back(word, into, displacement);
}

/* dc zva writes a block, whose size the processor tells elsewhere. */
static void zero_block(uint32_t word, struct clab_instruction *into) {
  add_operand(into, word & 31, 0, 0, CLAB_OPERAND_WRITTEN);
}

/* Scalable vectors: lengths and predicates, that is, more than the instruction tells. */
static void scalable_load(uint32_t word, struct clab_instruction *into) {
  (void)word;
  add_operand(into, CLAB_OTHER_REGISTER, 0, 0, CLAB_OPERAND_READ);
}

static void scalable_store(uint32_t word, struct clab_instruction *into) {
  (void)word;
  add_operand(into, CLAB_OTHER_REGISTER, 0, 0, CLAB_OPERAND_WRITTEN);
}

static const struct encoding encodings[] = {
    {0xffffffe0, 0xd50b7420, zero_block},
    {0x3f000000, 0x08000000, exclusive},
    {0xbe000000, 0x0c000000, structures},
    {0x3b000000, 0x18000000, literal},
    {0xff200000, 0xd9200000, tag},
    {0x3f200c00, 0x19000000, ordered_offset},
    {0x3a000000, 0x28000000, pair},
    {0x3b200000, 0x38000000, signed_offset},
    {0x3b200c00, 0x38200000, atomic},
    {0x3b200c00, 0x38200800, register_offset},
    {0x3b000000, 0x39000000, unsigned_offset},
    {0xfe000000, 0x84000000, scalable_load},
    {0xfe000000, 0xa4000000, scalable_load},
    {0xfe000000, 0xc4000000, scalable_load},
    {0xfe000000, 0xe4000000, scalable_store},
};

void clab_decode_memory_aarch64(uint32_t word, struct clab_instruction *into) {
  for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
    if ((word & encodings[i].mask) == encodings[i].value) {
      encodings[i].decode(word, into);
      return;
    }
}
