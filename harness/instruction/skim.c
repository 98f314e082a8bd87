/*
 * Which instructions may move or touch the stack, told by their bytes: to get the operands of each
 * takes longer than to find where it ends, and most have nothing to do with the stack.
 */
#include "decode.h"

enum { STACK_POINTER = 4, REGISTER = 3, SIB = 4 }; /* Intel SDM volume 2, 2.1.3 and 2.1.5 */

/* Registers 4 and 12, where only a prefix tells them apart that is not looked at: of what is
   encoded anew (VEX, EVEX), which names a third register there too. */
static bool may_name_stack_pointer_anew(const ZydisDecodedInstruction *whole) {
  return whole->raw.modrm.reg == STACK_POINTER || whole->raw.modrm.rm == STACK_POINTER ||
         whole->meta.isa_ext == ZYDIS_ISA_EXT_BMI1 || whole->meta.isa_ext == ZYDIS_ISA_EXT_BMI2;
}

/* Control and debug registers, whose moves have no operand in memory whatever they say. */
static bool is_of_system_registers(const ZydisDecodedInstruction *whole) {
  return whole->opcode_map == ZYDIS_OPCODE_MAP_0F && whole->opcode >= 0x20 && whole->opcode <= 0x23;
}

static bool may_name_stack_pointer(const ZydisDecodedInstruction *whole) {
  if (whole->encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY)
    return may_name_stack_pointer_anew(whole);
  bool base_is_high = whole->raw.rex.B;
  if (whole->raw.modrm.reg == STACK_POINTER && !whole->raw.rex.R)
    return true;
  if (whole->raw.modrm.mod == REGISTER || is_of_system_registers(whole))
    return whole->raw.modrm.rm == STACK_POINTER && !base_is_high;
  return whole->raw.modrm.rm == SIB && whole->raw.sib.base == STACK_POINTER && !base_is_high;
}

bool clab_may_concern_stack(const ZydisDecodedInstruction *whole) {
  bool has_operands = whole->attributes & ZYDIS_ATTRIB_HAS_MODRM;
  switch (whole->meta.category) {
  case ZYDIS_CATEGORY_PUSH:
  case ZYDIS_CATEGORY_POP:
    return true;
  case ZYDIS_CATEGORY_CALL:
  case ZYDIS_CATEGORY_RET:
  case ZYDIS_CATEGORY_UNCOND_BR:
  case ZYDIS_CATEGORY_COND_BR:
  case ZYDIS_CATEGORY_NOP:
    return has_operands && may_name_stack_pointer(whole);
  default:
    break;
  }
  if (!has_operands || may_name_stack_pointer(whole))
    return true;
  bool has_constant = whole->raw.imm[0].size != 0;
  return has_constant &&
         (whole->mnemonic == ZYDIS_MNEMONIC_MOV || whole->mnemonic == ZYDIS_MNEMONIC_ADD ||
          whole->mnemonic == ZYDIS_MNEMONIC_SUB);
}
