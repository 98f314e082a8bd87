/* Processors of whose own instructions reports tell nothing: what is unknown is said to be unknown.
 */
#if !defined(__x86_64__)
#include "clab_instruction.h"

bool clab_instruction_at(const uint8_t *code, size_t size, const struct clab_registers *registers,
                         struct clab_instruction *into) {
  (void)code, (void)size, (void)registers, (void)into;
  return false;
}
#endif
