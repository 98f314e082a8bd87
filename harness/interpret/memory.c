/* The stack that a followed function has, and the memory of the other process behind it. */
#if defined(__x86_64__)
#include "interpret/state.h"

enum { MOST_READS = 1024 };

static struct value *slot_at(struct state *state, uint64_t address) {
  uint64_t distance = address - clab_stack_low;
  return distance % 8 == 0 && distance / 8 < SLOTS ? &state->stack[distance / 8] : NULL;
}

static bool is_stack(uint64_t address) { return address - clab_stack_low < SLOTS * 8; }

bool clab_value_load(struct state *state, uint64_t address, unsigned bits, struct value *into) {
  if (bits == 0 || bits > 64 || bits % 8 != 0 || state->reads++ > MOST_READS)
    return false;
  if (is_stack(address)) {
    struct value *slot = slot_at(state, address);
    if (!slot || bits != 64)
      return false;
    *into = *slot;
    return true;
  }
  uint64_t word = 0;
  if (state->target->read(state->target->context, address, &word, bits / 8) != bits / 8)
    return false;
  *into = known(word);
  return true;
}

bool clab_value_store(struct state *state, uint64_t address, unsigned bits, struct value value) {
  struct value *slot = is_stack(address) ? slot_at(state, address) : NULL;
  if (!slot || bits != 64)
    return false;
  *slot = value;
  return true;
}

bool clab_value_push(struct state *state, struct value value) {
  struct value *pointer = &state->registers[RSP];
  pointer->bits -= 8;
  return pointer->is_known && clab_value_store(state, pointer->bits, 64, value);
}

bool clab_value_pop(struct state *state, struct value *into) {
  struct value *pointer = &state->registers[RSP];
  if (!pointer->is_known || !clab_value_load(state, pointer->bits, 64, into))
    return false;
  pointer->bits += 8;
  return true;
}
#endif
