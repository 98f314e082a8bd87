/* An instruction as Zydis tells it. */
#ifndef CLAB_WHOLE_H
#define CLAB_WHOLE_H

#include "clab_instruction.h"

#include <Zydis/Zydis.h>

struct clab_decoded {
  ZydisDecodedInstruction whole;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

/* The instruction without its operands, and what is needed to get them.
   Async-signal-safe: yes, after the warm-up */
bool clab_decode_head(const uint8_t *code, size_t size, ZydisDecoder *decoder,
                      ZydisDecoderContext *context, struct clab_decoded *into);
/* Async-signal-safe: yes, after the warm-up */
bool clab_decode(const uint8_t *code, size_t size, struct clab_decoded *into);
/* DWARF's number of the general register that this one is part of; CLAB_NO_REGISTER for none,
   CLAB_OTHER_REGISTER for any other. Async-signal-safe: yes */
uint8_t clab_register_number(ZydisRegister part);

#endif
