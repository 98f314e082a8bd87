#include "unwind/return_address.h"

#include "architecture/call.h"

bool clab_is_code(struct clab_walk *walk, uint64_t address) {
  const struct clab_target *target = &walk->target;
  return target->is_executable ? target->is_executable(target->context, address)
                               : clab_walk_image(walk, address);
}

bool clab_follows_call(struct clab_walk *walk, uint64_t address) {
  uint8_t code[CLAB_LONGEST_CALL];
  return address >= sizeof code &&
         clab_code_read_checked(&walk->prover.code, address - sizeof code, code, sizeof code) &&
         clab_call_ends_at(code + sizeof code);
}

bool clab_is_return_address(struct clab_walk *walk, uint64_t address) {
  struct clab_rule rule = {.kind = CLAB_RULE_NONE};
  if (address == 0)
    return false;
  if (clab_rule_of_restorer(&walk->prover, address, &rule))
    return true;
  if (clab_walk_image(walk, address - 1))
    clab_rule_prove(&walk->prover, &walk->image, address - 1, &rule);
  if (rule.signal_frame)
    return true;
  return (rule.kind != CLAB_RULE_NONE || clab_is_code(walk, address - 1)) &&
         clab_follows_call(walk, address);
}
