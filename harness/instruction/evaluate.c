/* An instruction and the registers that it meets: where its operands lie, where it goes on. */
#include "clab_instruction.h"

enum { PROGRAM_COUNTER = CLAB_REGISTERS - 1, COUNT_REGISTER = 2 /* rcx */ };

/* This processor's. */
static bool decode(const uint8_t *code, size_t size, struct clab_instruction *into) {
#if defined(__x86_64__)
  return clab_instruction_decode(code, size, into);
#else
  return clab_instruction_decode_aarch64(code, size, into);
#endif
}

static bool value_of(const struct clab_registers *registers, uint8_t number, uint64_t *value) {
  *value = 0;
  if (number == CLAB_NO_REGISTER)
    return true;
  if (number >= CLAB_REGISTERS || !(registers->valid >> number & 1))
    return false;
  *value = registers->value[number];
  return true;
}

static uint64_t low_bits(uint64_t value, unsigned bits) {
  return bits && bits < 64 ? value & ((UINT64_C(1) << bits) - 1) : value;
}

static bool segment_base(const struct clab_registers *registers, uint8_t segment, uint64_t *base) {
  *base = segment == 'f' ? registers->fs_base : segment == 'g' ? registers->gs_base : 0;
  return !segment || registers->has_segment_bases;
}

/* The byte that bt and its like begin at: the bit's number counts from the operand's own address
   on, in both directions. */
static bool bit_shift(const struct clab_memory_operand *operand,
                      const struct clab_registers *registers, uint64_t *bytes) {
  uint64_t number;
  *bytes = 0;
  if (operand->bit_index == CLAB_NO_REGISTER)
    return true;
  if (!value_of(registers, operand->bit_index, &number))
    return false;
  int64_t bit = operand->size == 2   ? (int16_t)number
                : operand->size == 4 ? (int32_t)number
                                     : (int64_t)number;
  *bytes = (uint64_t)(bit >> 3) & ~(uint64_t)(operand->size - 1);
  return true;
}

static void evaluate(struct clab_memory_operand *operand, const struct clab_registers *registers) {
  uint64_t base, index, segment, bits, count;
  operand->is_known = false;
  if (!value_of(registers, operand->base, &base) || !value_of(registers, operand->index, &index) ||
      !segment_base(registers, operand->segment, &segment) || !bit_shift(operand, registers, &bits))
    return;
  if (operand->is_repeated) {
    if (!value_of(registers, COUNT_REGISTER, &count))
      return;
    if (low_bits(count, operand->address_bits) == 0) {
      operand->access = 0;
      return;
    }
  }
  uint64_t offset = base + low_bits(index, operand->index_bits) * operand->scale +
                    (uint64_t)operand->displacement + bits;
  operand->address = segment + low_bits(offset, operand->address_bits);
  operand->is_known = true;
}

void clab_instruction_evaluate(struct clab_instruction *instruction,
                               const struct clab_registers *registers) {
  for (unsigned i = 0; i < instruction->memory_count; i++)
    evaluate(&instruction->memory[i], registers);
}

#if defined(__x86_64__)
bool clab_instruction_at(const uint8_t *code, size_t size, const struct clab_registers *registers,
                         struct clab_instruction *into) {
  if (!decode(code, size, into))
    return false;
  clab_instruction_evaluate(into, registers);
  return true;
}
#endif

bool clab_instruction_far_target(const struct clab_instruction *instruction,
                                 bool (*read)(void *context, uint64_t address, uint64_t *word),
                                 void *context, uint64_t *target, uint16_t *code, uint16_t *stack) {
  const struct clab_memory_operand *from = &instruction->memory[0];
  uint64_t word, bytes = instruction->far_bytes;
  bool is_interrupt_return = from->size == 5 * bytes; /* rip, cs, rflags, rsp, ss */
  if (instruction->target != CLAB_TARGET_FAR || instruction->memory_count == 0 || !from->is_known ||
      !read(context, from->address, target))
    return false;
  *target = low_bits(*target, 8 * (unsigned)bytes);
  /* The eight bytes that end with the selector are the operand's, or lie below them on the stack.
   */
  if (!read(context, from->address + bytes - 6, &word))
    return false;
  *code = (uint16_t)(word >> 48);
  *stack = 0;
  if (is_interrupt_return) {
    if (!read(context, from->address + 4 * bytes - 6, &word))
      return false;
    *stack = (uint16_t)(word >> 48);
  }
  return true;
}

bool clab_instruction_target(const struct clab_instruction *instruction,
                             const struct clab_registers *registers,
                             bool (*read)(void *context, uint64_t address, uint64_t *word),
                             void *context, uint64_t *target) {
  const struct clab_memory_operand *operand = &instruction->memory[0];
  switch (instruction->target) {
  case CLAB_TARGET_RELATIVE:
    *target = registers->value[PROGRAM_COUNTER] + instruction->length +
              (uint64_t)instruction->target_offset;
    return true;
  case CLAB_TARGET_REGISTER:
    return instruction->target_register != CLAB_NO_REGISTER &&
           value_of(registers, instruction->target_register, target);
  case CLAB_TARGET_MEMORY:
    return instruction->memory_count > 0 && operand->is_known && operand->size == 8 &&
           read(context, operand->address, target);
  default:
    return false;
  }
}

static bool holds(const struct clab_memory_operand *operand, uint64_t address) {
  return operand->is_known && operand->access &&
         address - operand->address < (operand->size ? operand->size : 1);
}

/* Whether it reads there by one operand and writes by another. */
static bool touches_twice(const struct clab_instruction *instruction, uint64_t address) {
  uint8_t kinds = 0;
  for (unsigned i = 0; i < instruction->memory_count; i++)
    if (holds(&instruction->memory[i], address))
      kinds |= instruction->memory[i].access & CLAB_OPERAND_WRITTEN ? CLAB_OPERAND_WRITTEN
                                                                    : CLAB_OPERAND_READ;
  return kinds == (CLAB_OPERAND_READ | CLAB_OPERAND_WRITTEN);
}

/* The operand that an address lies in: one that begins with it, or else the one that begins nearest
   below it. */
static const struct clab_memory_operand *operand_of(const struct clab_instruction *instruction,
                                                    uint64_t address) {
  const struct clab_memory_operand *nearest = NULL;
  for (unsigned i = 0; i < instruction->memory_count; i++) {
    const struct clab_memory_operand *operand = &instruction->memory[i];
    if (operand->is_known && operand->access &&
        (!nearest || address - operand->address < address - nearest->address))
      nearest = operand;
  }
  return nearest;
}

/* Where it would read and write, the processor asks for a page that can be written. */
static enum clab_access kind_of(uint8_t access) {
  return access & CLAB_OPERAND_WRITTEN ? CLAB_ACCESS_WRITE
         : access                      ? CLAB_ACCESS_READ
                                       : CLAB_ACCESS_UNKNOWN;
}

enum clab_access clab_access_of_instruction(const uint8_t *code, size_t size,
                                            const struct clab_registers *registers,
                                            uint64_t address) {
  uint64_t ahead = address - registers->value[PROGRAM_COUNTER];
  struct clab_instruction instruction;
  if (decode(code, size, &instruction)) {
    clab_instruction_evaluate(&instruction, registers);
    if (touches_twice(&instruction, address))
      return CLAB_ACCESS_UNKNOWN;
    const struct clab_memory_operand *operand = operand_of(&instruction, address);
    uint8_t all = 0;
    for (unsigned i = 0; i < instruction.memory_count; i++)
      all |= instruction.memory[i].access;
    /* Operands that are not known, of a gather say, tell the kind all the same. */
    if (ahead >= instruction.length || (operand && holds(operand, address)))
      return kind_of(operand && instruction.memory_count > 1 ? operand->access : all);
  }
  return ahead < CLAB_LONGEST_INSTRUCTION ? CLAB_ACCESS_EXECUTE : CLAB_ACCESS_UNKNOWN;
}
