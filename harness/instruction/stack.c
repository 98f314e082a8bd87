/* What an instruction does to the stack pointer. */
#include "decode.h"

/* Its low bits alone: how many; 0 if it is not a part of the stack pointer. */
static unsigned low_bits_of_stack_pointer(const ZydisDecodedOperand *operand) {
  if (operand->type != ZYDIS_OPERAND_TYPE_REGISTER)
    return 0;
  return operand->reg.value == ZYDIS_REGISTER_SPL  ? 8
         : operand->reg.value == ZYDIS_REGISTER_SP ? 16
                                                   : 0;
}

static bool is_stack_pointer(const ZydisDecodedOperand *operand) {
  return operand->type == ZYDIS_OPERAND_TYPE_REGISTER &&
         (operand->reg.value == ZYDIS_REGISTER_RSP || operand->reg.value == ZYDIS_REGISTER_ESP ||
          low_bits_of_stack_pointer(operand));
}

static void add(struct clab_instruction *into, int64_t delta) {
  into->stack_change = CLAB_STACK_ADDED;
  into->stack_delta = delta;
}

static void change(struct clab_instruction *into, enum clab_stack_change change, uint8_t by) {
  into->stack_change = change;
  into->stack_register = by;
}

/* lea with any base, an index, or neither. */
static void load(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedOperandMem *from = &decoded->operands[1].mem;
  bool has_index = from->index != ZYDIS_REGISTER_NONE;
  if (from->base == ZYDIS_REGISTER_RSP && !has_index)
    add(into, from->disp.value);
  else if (from->base == ZYDIS_REGISTER_RSP && from->scale == 1 && from->disp.value == 0)
    change(into, CLAB_STACK_PLUS, clab_register_number(from->index));
  else if (!has_index && from->base != ZYDIS_REGISTER_NONE) {
    change(into, CLAB_STACK_RELATIVE, clab_register_number(from->base));
    into->stack_delta = from->disp.value;
  } else
    change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
}

static void align(struct clab_instruction *into, int64_t to) {
  into->stack_change = CLAB_STACK_ALIGNED;
  into->stack_delta = to;
}

/* and, add, sub, mov, lea and the rest with the stack pointer as what they change. */
static void arithmetic(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedOperand *from = &decoded->operands[1];
  bool is_immediate = from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
  uint8_t source = from->type == ZYDIS_OPERAND_TYPE_REGISTER ? clab_register_number(from->reg.value)
                                                             : CLAB_NO_REGISTER;
  change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
  unsigned low_bits = low_bits_of_stack_pointer(&decoded->operands[0]);
  if (low_bits && decoded->whole.mnemonic != ZYDIS_MNEMONIC_AND) {
    /* gcc's shorter form of and $-256 and and $-65536 */
    if (decoded->whole.mnemonic == ZYDIS_MNEMONIC_MOV && is_immediate && from->imm.value.u == 0)
      align(into, INT64_C(1) << low_bits);
    return;
  }
  switch (decoded->whole.mnemonic) {
  case ZYDIS_MNEMONIC_ADD:
  case ZYDIS_MNEMONIC_SUB: {
    bool down = decoded->whole.mnemonic == ZYDIS_MNEMONIC_SUB;
    if (is_immediate) /* 32 bits at most, signed */
      add(into, down ? -from->imm.value.s : from->imm.value.s);
    else if (source != CLAB_NO_REGISTER)
      change(into, down ? CLAB_STACK_MINUS : CLAB_STACK_PLUS, source);
    break;
  }
  case ZYDIS_MNEMONIC_AND: {
    int64_t mask = from->imm.value.s;
    if (is_immediate && mask < 0 && ((-mask) & (-mask - 1)) == 0)
      align(into, -mask);
    break;
  }
  case ZYDIS_MNEMONIC_INC:
    add(into, 1);
    break;
  case ZYDIS_MNEMONIC_DEC:
    add(into, -1);
    break;
  case ZYDIS_MNEMONIC_MOV:
    if (source != CLAB_NO_REGISTER)
      change(into, CLAB_STACK_RELATIVE, source);
    break;
  case ZYDIS_MNEMONIC_LEA:
    load(decoded, into);
    break;
  default:
    break;
  }
}

/* How many bytes the stack's operand has that is written or read without being named. */
static uint16_t implicit_bytes(const struct clab_decoded *decoded, uint8_t action) {
  for (int i = 0; i < decoded->whole.operand_count; i++) {
    const ZydisDecodedOperand *operand = &decoded->operands[i];
    if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY && operand->mem.base == ZYDIS_REGISTER_RSP &&
        operand->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN && operand->actions & action)
      return operand->size / 8;
  }
  return 0;
}

static bool writes_stack_pointer(const struct clab_decoded *decoded) {
  for (int i = 0; i < decoded->whole.operand_count_visible; i++)
    if (is_stack_pointer(&decoded->operands[i]) &&
        decoded->operands[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
      return true;
  return false;
}

void clab_decode_stack(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  into->pushed = implicit_bytes(decoded, ZYDIS_OPERAND_ACTION_MASK_WRITE);
  uint16_t popped = implicit_bytes(decoded, ZYDIS_OPERAND_ACTION_MASK_READ);
  switch (whole->mnemonic) {
  case ZYDIS_MNEMONIC_ENTER: {
    uint64_t levels = decoded->operands[1].imm.value.u & 31;
    into->pushed = (uint16_t)(8 + 8 * levels);
    add(into, -(int64_t)(decoded->operands[0].imm.value.u & 0xffff));
    into->frame_register = 6;
    return;
  }
  case ZYDIS_MNEMONIC_LEAVE:
    change(into, CLAB_STACK_RELATIVE, 6);
    into->stack_delta = 8;
    return;
  case ZYDIS_MNEMONIC_RET:
    add(into,
        popped + (whole->operand_count_visible ? (int64_t)decoded->operands[0].imm.value.u : 0));
    return;
  default:
    break;
  }
  if (writes_stack_pointer(decoded) && whole->meta.category != ZYDIS_CATEGORY_POP)
    arithmetic(decoded, into);
  else if (writes_stack_pointer(decoded))
    change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
  else if (popped && !into->pushed)
    add(into, popped);
}
