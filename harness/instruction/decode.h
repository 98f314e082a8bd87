/* What the parts of the decoder share: an instruction as Zydis tells it. */
#ifndef CLAB_DECODE_H
#define CLAB_DECODE_H

#include "clab_instruction.h"

#include <Zydis/Zydis.h>

struct clab_decoded {
  ZydisDecodedInstruction whole;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

/* Async-signal-safe: yes, after the warm-up */
bool clab_decode(const uint8_t *code, size_t size, struct clab_decoded *into);
/* DWARF's number of the general register that this one is part of; CLAB_NO_REGISTER for none,
   CLAB_OTHER_REGISTER for any other. Async-signal-safe: yes */
uint8_t clab_register_number(ZydisRegister part);

/* Each fills in its part. Async-signal-safe: yes */
void clab_decode_memory(const struct clab_decoded *decoded, struct clab_instruction *into);
void clab_decode_stack(const struct clab_decoded *decoded, struct clab_instruction *into);
void clab_decode_traits(const struct clab_decoded *decoded, struct clab_instruction *into);
/* The alignment that the processor insists on for an operand in memory, bytes; 1: none.
   Async-signal-safe: yes */
uint16_t clab_required_alignment(const struct clab_decoded *decoded,
                                 const ZydisDecodedOperand *operand);

#endif
