/*
 * Which operands must be aligned (Intel SDM volume 2, 2.4 to 2.8, exception types 1, 2 and 4, and
 * the instructions that name an alignment of their own). A test executes instructions of each kind
 * with a misaligned operand and asks the processor. Of SHA's operands Intel's processors insist on
 * it and AMD's do not: an alignment is asked for only after a refusal, and then it was the reason.
 */
#include "decode.h"

static uint16_t own_alignment(ZydisMnemonic mnemonic, const ZydisDecodedOperand *operand) {
  switch (mnemonic) {
  case ZYDIS_MNEMONIC_FXSAVE:
  case ZYDIS_MNEMONIC_FXSAVE64:
  case ZYDIS_MNEMONIC_FXRSTOR:
  case ZYDIS_MNEMONIC_FXRSTOR64:
  case ZYDIS_MNEMONIC_CMPXCHG16B:
    return 16;
  case ZYDIS_MNEMONIC_XSAVE:
  case ZYDIS_MNEMONIC_XSAVE64:
  case ZYDIS_MNEMONIC_XSAVEC:
  case ZYDIS_MNEMONIC_XSAVEC64:
  case ZYDIS_MNEMONIC_XSAVEOPT:
  case ZYDIS_MNEMONIC_XSAVEOPT64:
  case ZYDIS_MNEMONIC_XSAVES:
  case ZYDIS_MNEMONIC_XSAVES64:
  case ZYDIS_MNEMONIC_XRSTOR:
  case ZYDIS_MNEMONIC_XRSTOR64:
  case ZYDIS_MNEMONIC_XRSTORS:
  case ZYDIS_MNEMONIC_XRSTORS64:
    return 64;
  case ZYDIS_MNEMONIC_MOVDIR64B:
  case ZYDIS_MNEMONIC_ENQCMD:
  case ZYDIS_MNEMONIC_ENQCMDS:
    return operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE ? 64 : 1;
  default:
    return 1;
  }
}

/* Instructions of the type that takes any address all the same. */
static bool takes_any(ZydisMnemonic mnemonic) {
  switch (mnemonic) {
  case ZYDIS_MNEMONIC_MOVUPS:
  case ZYDIS_MNEMONIC_MOVUPD:
  case ZYDIS_MNEMONIC_MOVDQU:
  case ZYDIS_MNEMONIC_LDDQU:
  case ZYDIS_MNEMONIC_PCMPESTRI:
  case ZYDIS_MNEMONIC_PCMPESTRM:
  case ZYDIS_MNEMONIC_PCMPISTRI:
  case ZYDIS_MNEMONIC_PCMPISTRM:
  case ZYDIS_MNEMONIC_MASKMOVDQU:
    return true;
  default:
    return false;
  }
}

uint16_t clab_required_alignment(const struct clab_decoded *decoded,
                                 const ZydisDecodedOperand *operand) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  uint16_t bytes = operand->size / 8;
  switch (whole->meta.exception_class) {
  case ZYDIS_EXCEPTION_CLASS_AVX1:
  case ZYDIS_EXCEPTION_CLASS_E1:
  case ZYDIS_EXCEPTION_CLASS_E1NF:
    return bytes ? bytes : 1;
  case ZYDIS_EXCEPTION_CLASS_SSE1:
  case ZYDIS_EXCEPTION_CLASS_SSE2:
  case ZYDIS_EXCEPTION_CLASS_SSE4:
    return bytes == 16 && !takes_any(whole->mnemonic) ? 16 : 1;
  default:
    return own_alignment(whole->mnemonic, operand);
  }
}
