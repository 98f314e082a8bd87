/* The operands of an instruction that lie in memory. */
#include "decode.h"

/* Names memory and does not touch it, or touches it without ever faulting. */
static bool touches_nothing(const ZydisDecodedInstruction *whole) {
  switch (whole->meta.category) {
  case ZYDIS_CATEGORY_NOP:
  case ZYDIS_CATEGORY_WIDENOP:
  case ZYDIS_CATEGORY_PREFETCH:
  case ZYDIS_CATEGORY_PREFETCHWT1:
  case ZYDIS_CATEGORY_CLDEMOTE:
    return true;
  default:
    return false;
  }
}

static uint8_t access_of(const ZydisDecodedOperand *operand) {
  uint8_t access = 0;
  if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
    access |= CLAB_OPERAND_READ;
  if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
    access |= CLAB_OPERAND_WRITTEN;
  return access;
}

static bool is_bit_test(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_BT || mnemonic == ZYDIS_MNEMONIC_BTS ||
         mnemonic == ZYDIS_MNEMONIC_BTR || mnemonic == ZYDIS_MNEMONIC_BTC;
}

/* Zydis gives the stack's operand as (%rsp): it lies below where it is pushed, and what a pop
   stores through the stack pointer is stored when that has already moved. */
static int64_t stack_shift(const struct clab_decoded *decoded, const ZydisDecodedOperand *operand) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  bool is_implicit = operand->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN;
  if (operand->mem.base != ZYDIS_REGISTER_RSP)
    return 0;
  if (is_implicit && operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
    return -(int64_t)(operand->size / 8);
  if (!is_implicit && whole->mnemonic == ZYDIS_MNEMONIC_POP)
    return operand->size / 8;
  return 0;
}

static void describe(const struct clab_decoded *decoded, const ZydisDecodedOperand *operand,
                     struct clab_memory_operand *memory) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  const ZydisDecodedOperandMem *place = &operand->mem;
  bool is_vector = place->type == ZYDIS_MEMOP_TYPE_VSIB;
  *memory = (struct clab_memory_operand){
      .displacement = place->disp.value + stack_shift(decoded, operand),
      .size = is_vector ? 0 : operand->size / 8,
      .alignment = clab_required_alignment(decoded, operand),
      .access = access_of(operand),
      .base = clab_register_number(place->base),
      .index = place->type == ZYDIS_MEMOP_TYPE_MIB ? CLAB_NO_REGISTER
                                                   : clab_register_number(place->index),
      .index_bits = (uint8_t)ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, place->index),
      .scale = place->scale,
      .bit_index = CLAB_NO_REGISTER,
      .address_bits = whole->address_width == 32 ? 32 : 64,
      .segment = place->segment == ZYDIS_REGISTER_FS   ? 'f'
                 : place->segment == ZYDIS_REGISTER_GS ? 'g'
                                                       : 0,
      .is_implicit = operand->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN,
      .is_repeated = (whole->attributes &
                      (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE)) != 0,
  };
  if (place->base == ZYDIS_REGISTER_RIP || place->base == ZYDIS_REGISTER_EIP)
    memory->displacement += whole->length;
  if (whole->mnemonic == ZYDIS_MNEMONIC_XLAT) { /* rbx + al, of which Zydis tells the first */
    memory->index = clab_register_number(ZYDIS_REGISTER_AL);
    memory->index_bits = 8;
    memory->scale = 1;
  }
  const ZydisDecodedOperand *bit = &decoded->operands[1];
  if (is_bit_test(whole->mnemonic) && bit->type == ZYDIS_OPERAND_TYPE_REGISTER)
    memory->bit_index = clab_register_number(bit->reg.value);
}

void clab_decode_memory(const struct clab_decoded *decoded, struct clab_instruction *into) {
  if (touches_nothing(&decoded->whole))
    return;
  for (int i = 0; i < decoded->whole.operand_count; i++) {
    const ZydisDecodedOperand *operand = &decoded->operands[i];
    if (operand->type != ZYDIS_OPERAND_TYPE_MEMORY || operand->mem.type == ZYDIS_MEMOP_TYPE_AGEN ||
        !access_of(operand) || into->memory_count == CLAB_MEMORY_OPERANDS)
      continue;
    describe(decoded, operand, &into->memory[into->memory_count++]);
  }
}
