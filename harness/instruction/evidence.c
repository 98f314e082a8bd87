/* What evidence tells of the instruction that a signal has met. */
#include "crashlab_harness.h"

#include <string.h>

enum { PAGE = 4096 }; /* at least */

struct reader {
  size_t (*read)(void *context, uint64_t address, void *to, size_t size);
  void *context;
};

static bool read_word(void *context, uint64_t address, uint64_t *word) {
  const struct reader *reader = context;
  return reader->read(reader->context, address, word, sizeof *word) == sizeof *word;
}

/* int $4 raises an exception of its own, #OF, behind itself; SIGSEGV tells nothing more. */
static bool is_after_overflow_interrupt(const struct clab_evidence *evidence, uint64_t pc,
                                        struct reader *reader) {
#if defined(__x86_64__)
  static const uint8_t interrupt[2] = {0xcd, 4};
  uint8_t code[sizeof interrupt];
  return evidence->signal == SIGSEGV &&
         reader->read(reader->context, pc - sizeof code, code, sizeof code) == sizeof code &&
         memcmp(code, interrupt, sizeof code) == 0;
#else
  (void)evidence, (void)pc, (void)reader;
  return false;
#endif
}

void clab_evidence_of_instruction(
    struct clab_evidence *evidence, const struct clab_registers *registers,
    size_t (*read)(void *context, uint64_t address, void *to, size_t size), void *context) {
  struct clab_instruction instruction;
  struct reader reader = {read, context};
  uint64_t pc = clab_program_counter_of(registers);
  evidence->registers = *registers;
  evidence->has_target = evidence->is_far = evidence->after_overflow_interrupt = 0;
  size_t size = read(context, pc, evidence->instruction, sizeof evidence->instruction);
  size_t rest = PAGE - pc % PAGE; /* the code may end with its page */
  if (size == 0 && rest < sizeof evidence->instruction)
    size = read(context, pc, evidence->instruction, rest);
  evidence->instruction_size = (uint8_t)size;
  if (evidence->code != SI_KERNEL)
    return;
  evidence->after_overflow_interrupt = is_after_overflow_interrupt(evidence, pc, &reader);
  if (!clab_instruction_at(evidence->instruction, size, registers, &instruction))
    return;
  evidence->is_far =
      clab_instruction_far_target(&instruction, read_word, &reader, &evidence->target,
                                  &evidence->code_selector, &evidence->stack_selector);
  evidence->has_target =
      evidence->is_far ||
      clab_instruction_target(&instruction, registers, read_word, &reader, &evidence->target);
}

void clab_evidence_of_system_call(struct clab_evidence *evidence, const siginfo_t *info) {
  bool is_told = info->si_signo == SIGSYS && info->si_code > 0 && info->si_code != SI_KERNEL;
  evidence->system_call = is_told ? info->si_syscall : 0;
  evidence->system_call_architecture = is_told ? info->si_arch : 0;
}
