/* An instruction as Zydis tells it: what the parts of the decoder stand on. */
#include "whole.h"

bool clab_decode_head(const uint8_t *code, size_t size, ZydisDecoder *decoder,
                      ZydisDecoderContext *context, struct clab_decoded *into) {
  return code && size &&
         ZYAN_SUCCESS(
             ZydisDecoderInit(decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)) &&
         ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder, context, code, size, &into->whole));
}

bool clab_decode(const uint8_t *code, size_t size, struct clab_decoded *into) {
  ZydisDecoder decoder;
  ZydisDecoderContext context;
  return clab_decode_head(code, size, &decoder, &context, into) &&
         ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder, &context, &into->whole, into->operands,
                                                 into->whole.operand_count));
}

uint8_t clab_register_number(ZydisRegister part) {
  /* From the processor's numbers to DWARF's. */
  static const uint8_t order[16] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};
  if (part == ZYDIS_REGISTER_NONE)
    return CLAB_NO_REGISTER;
  if (part == ZYDIS_REGISTER_RIP || part == ZYDIS_REGISTER_EIP)
    return 16;
  ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, part);
  if (whole < ZYDIS_REGISTER_RAX || whole > ZYDIS_REGISTER_R15)
    return CLAB_OTHER_REGISTER;
  return order[whole - ZYDIS_REGISTER_RAX];
}
