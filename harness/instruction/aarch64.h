/* The parts of aarch64's decoder. */
#ifndef CLAB_AARCH64_H
#define CLAB_AARCH64_H

#include "clab_instruction.h"

/* What an instruction reads or writes in memory, and how that moves the stack pointer.
   Async-signal-safe: yes */
void clab_decode_memory_aarch64(uint32_t word, struct clab_instruction *into);

#endif
