/*
 * What is known of a thread while a function of it is followed: registers, a stack of its own, the
 * conditions. Everything else is read from the other process.
 */
#ifndef CLAB_INTERPRET_STATE_H
#define CLAB_INTERPRET_STATE_H

#include "clab_interpret.h"
#include "instruction/whole.h"

enum { REGISTERS = 16, SLOTS = 128 };

/* DWARF's numbers. */
enum { RAX = 0, RDI = 5, RBP = 6, RSP = 7 };

struct value {
  uint64_t bits;
  bool is_known;
};

/* What conditions are told by. */
struct flags {
  bool zero, sign, carry, overflow;
  bool is_known;
};

struct state {
  const struct clab_interpreter *target;
  struct value registers[REGISTERS];
  struct value stack[SLOTS];
  struct flags flags;
  uint64_t pc; /* of the next instruction */
  unsigned reads;
};

static inline struct value known(uint64_t bits) { return (struct value){bits, true}; }

static inline uint64_t clab_mask_of(unsigned bits) {
  return bits >= 64 ? UINT64_MAX : (1ULL << bits) - 1;
}

/* No address of a process is non-canonical: nothing of its memory is taken for the stack. */
static const uint64_t clab_stack_low = 0x1000000000000000;

/* All of these return false for what can't be followed. Async-signal-safe: yes, if the target's
   functions are */
bool clab_value_load(struct state *state, uint64_t address, unsigned bits, struct value *into);
bool clab_value_store(struct state *state, uint64_t address, unsigned bits, struct value value);
bool clab_value_push(struct state *state, struct value value);
bool clab_value_pop(struct state *state, struct value *into);
/* Where an operand in memory lies. */
bool clab_operand_address(struct state *state, const struct clab_decoded *decoded,
                          const ZydisDecodedOperand *operand, uint64_t *address);
bool clab_operand_get(struct state *state, const struct clab_decoded *decoded, unsigned index,
                      struct value *into);
/* Into the first operand. */
bool clab_operand_put(struct state *state, const struct clab_decoded *decoded, struct value value);
/* What an instruction leaves for conditions; the operands may be wider than `size` bits. */
struct flags clab_flags_of(ZydisMnemonic mnemonic, uint64_t left, uint64_t right, unsigned size,
                           uint64_t result);
/* The last four bits of the opcode of jcc, setcc and cmovcc are the condition; the lowest of them
   negates it. */
bool clab_flags_hold(struct flags flags, unsigned condition, bool *result);

#endif
