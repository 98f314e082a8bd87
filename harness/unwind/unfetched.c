/*
 * The caller of code that is not there. After a call through a null pointer or into data the
 * program counter has no unwind information, and needs none: nothing of a function has run, so the
 * stack and the registers are still as the call has left them.
 */
#include "architecture/call.h"
#include "unwind/walk.h"

/* Whether unwind information covers an address that follows a call. */
static bool is_return_address(struct clab_walk *walk, uint64_t address) {
  uint8_t code[CLAB_LONGEST_CALL];
  struct clab_rule rule;
  if (address < sizeof code || !clab_walk_image(walk, address - 1))
    return false;
  clab_cfi_prove(&walk->cfi, &walk->image, address - 1, &rule);
  return rule.kind != CLAB_RULE_NONE &&
         clab_code_read_checked(&walk->cfi.code, address - sizeof code, code, sizeof code) &&
         clab_call_ends_at(code + sizeof code);
}

bool clab_walk_unfetched(struct clab_walk *walk, struct clab_registers *registers) {
  if (walk->index != 0 || !walk->target.registers.unfetched)
    return false;
  *registers = walk->target.registers;
  uint64_t *sp = &registers->value[CLAB_REG_SP], *pc = &registers->value[CLAB_REG_PC];
  if (CLAB_CALL_PUSHES) {
    if (!clab_memory_word(&walk->memory, *sp, pc))
      return false;
    *sp += sizeof *pc;
  } else {
    *pc = registers->value[CLAB_REG_RETURN];
  }
  return is_return_address(walk, *pc);
}
