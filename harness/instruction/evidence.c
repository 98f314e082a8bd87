/* What evidence tells of the instruction that a signal has met. */
#include "crashlab_harness.h"

enum { PAGE = 4096 }; /* at least */

struct reader {
  size_t (*read)(void *context, uint64_t address, void *to, size_t size);
  void *context;
};

static bool read_word(void *context, uint64_t address, uint64_t *word) {
  const struct reader *reader = context;
  return reader->read(reader->context, address, word, sizeof *word) == sizeof *word;
}

void clab_evidence_of_instruction(
    struct clab_evidence *evidence, const struct clab_registers *registers,
    size_t (*read)(void *context, uint64_t address, void *to, size_t size), void *context) {
  struct clab_instruction instruction;
  struct reader reader = {read, context};
  uint64_t pc = clab_program_counter_of(registers);
  evidence->registers = *registers;
  evidence->has_target = 0;
  size_t size = read(context, pc, evidence->instruction, sizeof evidence->instruction);
  size_t rest = PAGE - pc % PAGE; /* the code may end with its page */
  if (size == 0 && rest < sizeof evidence->instruction)
    size = read(context, pc, evidence->instruction, rest);
  evidence->instruction_size = (uint8_t)size;
  if (evidence->code != SI_KERNEL)
    return;
  evidence->has_target =
      clab_instruction_at(evidence->instruction, size, registers, &instruction) &&
      instruction.flow != CLAB_FLOW_NEXT &&
      clab_instruction_target(&instruction, registers, read_word, &reader, &evidence->target);
}
