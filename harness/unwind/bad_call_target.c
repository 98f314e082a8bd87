#include "unwind/bad_call_target.h"

#include "unwind/return_address.h"

bool clab_walk_bad_call_target(struct clab_walk *walk, struct clab_registers *registers) {
  if (walk->index != 0 || !walk->target.registers.bad_call_target)
    return false;
  *registers = walk->target.registers;
  uint64_t *sp = &registers->value[CLAB_REG_SP], *pc = &registers->value[CLAB_REG_PC];
  if (CLAB_CALL_PUSHES) {
    if (!clab_memory_word(&walk->memory, *sp, pc))
      return false;
    *sp += sizeof *pc;
  } else {
    /* A call that is the caller's last act leaves what that had saved, and may have signed it. */
    *pc = registers->value[CLAB_REG_RETURN] & clab_address_bits(registers, true);
  }
  return clab_is_return_address(walk, *pc);
}
