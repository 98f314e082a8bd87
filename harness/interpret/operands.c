/* Operands of an instruction that is followed. */
#if defined(__x86_64__)
#include "interpret/state.h"

static bool register_of(ZydisRegister part, uint8_t *number) {
  *number = clab_register_number(part);
  return *number < REGISTERS;
}

bool clab_operand_address(struct state *state, const struct clab_decoded *decoded,
                          const ZydisDecodedOperand *operand, uint64_t *address) {
  if (decoded->whole.address_width != 64)
    return false;
  uint64_t sum = operand->mem.disp.has_displacement ? (uint64_t)operand->mem.disp.value : 0;
  uint8_t number;
  if (operand->mem.base == ZYDIS_REGISTER_RIP) {
    sum += state->pc;
  } else if (operand->mem.base != ZYDIS_REGISTER_NONE) {
    if (!register_of(operand->mem.base, &number) || !state->registers[number].is_known)
      return false;
    sum += state->registers[number].bits;
  }
  if (operand->mem.index != ZYDIS_REGISTER_NONE) {
    if (!register_of(operand->mem.index, &number) || !state->registers[number].is_known)
      return false;
    sum += state->registers[number].bits * operand->mem.scale;
  }
  if (operand->mem.segment == ZYDIS_REGISTER_FS) {
    if (!state->target->has_thread_pointer)
      return false;
    sum += state->target->thread_pointer;
  } else if (operand->mem.segment == ZYDIS_REGISTER_GS) {
    return false;
  }
  *address = sum;
  return true;
}

static bool is_high_byte(ZydisRegister part) {
  return part == ZYDIS_REGISTER_AH || part == ZYDIS_REGISTER_BH || part == ZYDIS_REGISTER_CH ||
         part == ZYDIS_REGISTER_DH;
}

bool clab_operand_get(struct state *state, const struct clab_decoded *decoded, unsigned index,
                      struct value *into) {
  const ZydisDecodedOperand *operand = &decoded->operands[index];
  uint64_t address;
  uint8_t number;
  switch (operand->type) {
  case ZYDIS_OPERAND_TYPE_IMMEDIATE:
    *into = known(operand->imm.value.u);
    return true;
  case ZYDIS_OPERAND_TYPE_REGISTER:
    if (!register_of(operand->reg.value, &number) || is_high_byte(operand->reg.value))
      return false;
    *into = state->registers[number];
    into->bits &= clab_mask_of(operand->size);
    return true;
  case ZYDIS_OPERAND_TYPE_MEMORY:
    return clab_operand_address(state, decoded, operand, &address) &&
           clab_value_load(state, address, operand->size, into);
  default:
    return false;
  }
}

bool clab_operand_put(struct state *state, const struct clab_decoded *decoded, struct value value) {
  const ZydisDecodedOperand *operand = &decoded->operands[0];
  uint64_t address;
  uint8_t number;
  switch (operand->type) {
  case ZYDIS_OPERAND_TYPE_REGISTER:
    if (!register_of(operand->reg.value, &number) || is_high_byte(operand->reg.value))
      return false;
    value.bits &= clab_mask_of(operand->size);
    if (operand->size < 32) { /* the rest of the register stays as it is */
      value.bits |= state->registers[number].bits & ~clab_mask_of(operand->size);
      value.is_known = value.is_known && state->registers[number].is_known;
    }
    state->registers[number] = value;
    return true;
  case ZYDIS_OPERAND_TYPE_MEMORY:
    return clab_operand_address(state, decoded, operand, &address) &&
           clab_value_store(state, address, operand->size, value);
  default:
    return false;
  }
}
#endif
