/* From bytes to an instruction: Zydis reads them, and its answer is put into few plain fields. */
#include "decode.h"

#include <string.h>

static bool is_near(const ZydisDecodedInstruction *whole) {
  return whole->meta.branch_type == ZYDIS_BRANCH_TYPE_SHORT ||
         whole->meta.branch_type == ZYDIS_BRANCH_TYPE_NEAR;
}

static uint8_t flow_of(const ZydisDecodedInstruction *whole) {
  switch (whole->meta.category) {
  case ZYDIS_CATEGORY_CALL:
    return CLAB_FLOW_CALL;
  case ZYDIS_CATEGORY_RET:
    return CLAB_FLOW_RETURN;
  case ZYDIS_CATEGORY_UNCOND_BR:
    return CLAB_FLOW_JUMP;
  case ZYDIS_CATEGORY_COND_BR:
    return CLAB_FLOW_BRANCH;
  default:
    return CLAB_FLOW_NEXT;
  }
}

static bool is_interrupt_return(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_IRET || mnemonic == ZYDIS_MNEMONIC_IRETD ||
         mnemonic == ZYDIS_MNEMONIC_IRETQ;
}

/* Off the stack, or out of a far pointer, whose selector has two bytes. */
static void decode_far_target(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  if (is_interrupt_return(whole->mnemonic) || into->flow == CLAB_FLOW_RETURN) {
    into->target = CLAB_TARGET_FAR;
    into->far_bytes = whole->operand_width / 8;
  } else if (decoded->operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY) {
    into->target = CLAB_TARGET_FAR;
    into->far_bytes = (uint8_t)(decoded->operands[0].size / 8 - 2);
  }
}

static bool sets_segment_base(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_WRFSBASE || mnemonic == ZYDIS_MNEMONIC_WRGSBASE;
}

static void decode_target(const struct clab_decoded *decoded, struct clab_instruction *into) {
  if (sets_segment_base(decoded->whole.mnemonic)) {
    into->target = CLAB_TARGET_REGISTER;
    into->target_register = clab_register_number(decoded->operands[0].reg.value);
    return;
  }
  if (decoded->whole.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ||
      is_interrupt_return(decoded->whole.mnemonic)) {
    decode_far_target(decoded, into);
    return;
  }
  if (into->flow == CLAB_FLOW_NEXT || !is_near(&decoded->whole))
    return;
  if (into->flow == CLAB_FLOW_RETURN) {
    into->target = CLAB_TARGET_MEMORY;
    return;
  }
  const ZydisDecodedOperand *operand = &decoded->operands[0];
  if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
    into->target = CLAB_TARGET_RELATIVE;
    into->target_offset = operand->imm.value.s;
  } else if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER) {
    into->target = CLAB_TARGET_REGISTER;
    into->target_register = clab_register_number(operand->reg.value);
  } else if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY) {
    into->target = CLAB_TARGET_MEMORY;
  }
}

/* mov of a constant into a whole register, or into the half that clears the other. */
static void decode_constant(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedOperand *to = &decoded->operands[0], *from = &decoded->operands[1];
  if (decoded->whole.mnemonic != ZYDIS_MNEMONIC_MOV || to->type != ZYDIS_OPERAND_TYPE_REGISTER ||
      to->size < 32)
    return;
  if (from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
    into->constant_register = clab_register_number(to->reg.value);
    into->constant =
        to->size == 32 ? (int64_t)(uint32_t)from->imm.value.u : (int64_t)from->imm.value.u;
  } else if (from->type == ZYDIS_OPERAND_TYPE_REGISTER && from->reg.value == ZYDIS_REGISTER_RSP &&
             to->reg.value != ZYDIS_REGISTER_RSP) {
    into->frame_register = clab_register_number(to->reg.value);
  }
}

/* lea disp(%rsp), and add and sub of a constant: whatever register it is, it may be a copy of the
   stack pointer. */
static void decode_copy(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedOperand *to = &decoded->operands[0], *from = &decoded->operands[1];
  if (to->type != ZYDIS_OPERAND_TYPE_REGISTER || to->size != 64 ||
      to->reg.value == ZYDIS_REGISTER_RSP)
    return;
  switch (decoded->whole.mnemonic) {
  case ZYDIS_MNEMONIC_LEA:
    if (from->mem.base != ZYDIS_REGISTER_RSP || from->mem.index != ZYDIS_REGISTER_NONE)
      return;
    into->frame_offset = from->mem.disp.value;
    break;
  case ZYDIS_MNEMONIC_ADD:
  case ZYDIS_MNEMONIC_SUB:
    if (from->type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
      return;
    into->frame_offset =
        decoded->whole.mnemonic == ZYDIS_MNEMONIC_ADD ? from->imm.value.s : -from->imm.value.s;
    into->frame_base = clab_register_number(to->reg.value);
    break;
  default:
    return;
  }
  into->frame_register = clab_register_number(to->reg.value);
}

static bool is_probe(const struct clab_decoded *decoded) {
  const ZydisDecodedOperand *to = &decoded->operands[0], *from = &decoded->operands[1];
  if (decoded->whole.operand_count_visible != 2 || to->type != ZYDIS_OPERAND_TYPE_MEMORY ||
      from->type != ZYDIS_OPERAND_TYPE_IMMEDIATE || from->imm.value.u != 0)
    return false;
  return decoded->whole.mnemonic == ZYDIS_MNEMONIC_OR ||
         decoded->whole.mnemonic == ZYDIS_MNEMONIC_XOR ||
         decoded->whole.mnemonic == ZYDIS_MNEMONIC_MOV;
}

static const struct clab_instruction none = {
    .constant_register = CLAB_NO_REGISTER,
    .frame_register = CLAB_NO_REGISTER,
    .stack_register = CLAB_NO_REGISTER,
    .target_register = CLAB_NO_REGISTER,
    .frame_base = CLAB_NO_REGISTER,
};

static void describe(const struct clab_decoded *decoded, struct clab_instruction *into) {
  into->length = decoded->whole.length;
  into->flow = flow_of(&decoded->whole);
  decode_target(decoded, into);
  decode_constant(decoded, into);
  decode_copy(decoded, into);
  into->is_probe = is_probe(decoded);
  into->is_padding = decoded->whole.meta.category == ZYDIS_CATEGORY_NOP ||
                     decoded->whole.meta.category == ZYDIS_CATEGORY_WIDENOP ||
                     decoded->whole.mnemonic == ZYDIS_MNEMONIC_UD2;
  clab_decode_traits(decoded, into);
  clab_decode_memory(decoded, into);
  clab_decode_stack(decoded, into);
}

bool clab_instruction_decode(const uint8_t *code, size_t size, struct clab_instruction *into) {
  struct clab_decoded decoded;
  *into = none;
  if (!clab_decode(code, size, &decoded))
    return false;
  describe(&decoded, into);
  return true;
}

bool clab_instruction_skim(const uint8_t *code, size_t size, struct clab_instruction *into) {
  struct clab_decoded decoded;
  ZydisDecoder decoder;
  ZydisDecoderContext context;
  *into = none;
  if (!clab_decode_head(code, size, &decoder, &context, &decoded))
    return false;
  const ZydisDecodedInstruction *whole = &decoded.whole;
  if (!clab_may_concern_stack(whole)) {
    into->length = whole->length;
    into->flow = flow_of(whole);
    return true;
  }
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder, &context, whole, decoded.operands,
                                               whole->operand_count)))
    return false;
  describe(&decoded, into);
  return true;
}

void clab_instruction_warm_up(void) {
  static const uint8_t move[] = {0x48, 0x8b, 0x44, 0x24, 0x08}; /* mov 8(%rsp),%rax */
  struct clab_instruction instruction;
  clab_instruction_decode(move, sizeof move, &instruction);
}
