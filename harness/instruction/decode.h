/* The parts of the decoder: each fills in what it knows of an instruction. */
#ifndef CLAB_DECODE_H
#define CLAB_DECODE_H

#include "whole.h"

/* Async-signal-safe: yes */
void clab_decode_memory(const struct clab_decoded *decoded, struct clab_instruction *into);
void clab_decode_stack(const struct clab_decoded *decoded, struct clab_instruction *into);
void clab_decode_traits(const struct clab_decoded *decoded, struct clab_instruction *into);
/* By the instruction's bytes alone, without its operands: false only if it neither uses the stack
   pointer beside a call, a jump and a return, nor makes a constant or what may be a copy of the
   stack pointer. Async-signal-safe: yes */
bool clab_may_concern_stack(const ZydisDecodedInstruction *whole);
/* The alignment that the processor insists on for an operand in memory, bytes; 1: none.
   Async-signal-safe: yes */
uint16_t clab_required_alignment(const struct clab_decoded *decoded,
                                 const ZydisDecodedOperand *operand);

#endif
