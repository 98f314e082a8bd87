/* Processors whose own instructions are not decoded: what is unknown is said to be unknown. */
#if !defined(__x86_64__)
#include "clab_instruction.h"

void clab_instruction_evaluate(struct clab_instruction *instruction,
                               const struct clab_registers *registers) {
  (void)registers;
  for (unsigned i = 0; i < instruction->memory_count; i++)
    instruction->memory[i].is_known = false;
}

bool clab_instruction_at(const uint8_t *code, size_t size, const struct clab_registers *registers,
                         struct clab_instruction *into) {
  (void)code, (void)size, (void)registers, (void)into;
  return false;
}

bool clab_instruction_target(const struct clab_instruction *instruction,
                             const struct clab_registers *registers,
                             bool (*read)(void *context, uint64_t address, uint64_t *word),
                             void *context, uint64_t *target) {
  (void)instruction, (void)registers, (void)read, (void)context, (void)target;
  return false;
}

/* The fault's syndrome is in the signal frame only; from outside it stays unknown. */
enum clab_access clab_access_of_instruction(const uint8_t *code, size_t size,
                                            const struct clab_registers *registers,
                                            uint64_t address) {
  (void)code, (void)size;
  return address - clab_program_counter_of(registers) < 4 ? CLAB_ACCESS_EXECUTE
                                                          : CLAB_ACCESS_UNKNOWN;
}
#endif
