/* Calls on x86-64: whatever ends there and is a call. */
#if defined(__x86_64__)
#include "architecture/call.h"
#include "clab_instruction.h"

bool clab_call_ends_at(const uint8_t *end) {
  struct clab_instruction instruction;
  for (uint8_t length = 2; length <= CLAB_LONGEST_CALL; length++)
    if (clab_instruction_decode(end - length, length, &instruction) &&
        instruction.length == length && instruction.flow == CLAB_FLOW_CALL)
      return true;
  return false;
}
#endif
