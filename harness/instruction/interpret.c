/* Follows the instructions of a short function of another process (clab_interpret.h). */
#include "clab_interpret.h"

#if defined(__x86_64__)
#include "whole.h"

#include <string.h>

enum { REGISTERS = 16, SLOTS = 128, MOST_STEPS = 512, MOST_READS = 1024 };

/* DWARF's numbers. */
enum { RAX = 0, RDI = 5, RBP = 6, RSP = 7 };

/* No address of a process is non-canonical: nothing of its memory is taken for the stack. */
static const uint64_t stack_low = 0x1000000000000000;
static const uint64_t returns_to = 0x1800000000000000;

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

static const struct value unknown = {0, false};

static struct value known(uint64_t bits) { return (struct value){bits, true}; }

static uint64_t mask_of(unsigned bits) { return bits >= 64 ? UINT64_MAX : (1ULL << bits) - 1; }

static struct value *slot_at(struct state *state, uint64_t address) {
  uint64_t distance = address - stack_low;
  return distance % 8 == 0 && distance / 8 < SLOTS ? &state->stack[distance / 8] : NULL;
}

static bool is_stack(uint64_t address) { return address - stack_low < SLOTS * 8; }

static bool load(struct state *state, uint64_t address, unsigned bits, struct value *into) {
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

static bool store(struct state *state, uint64_t address, unsigned bits, struct value value) {
  struct value *slot = is_stack(address) ? slot_at(state, address) : NULL;
  if (!slot || bits != 64)
    return false;
  *slot = value;
  return true;
}

static bool push(struct state *state, struct value value) {
  struct value *pointer = &state->registers[RSP];
  pointer->bits -= 8;
  return pointer->is_known && store(state, pointer->bits, 64, value);
}

static bool pop(struct state *state, struct value *into) {
  struct value *pointer = &state->registers[RSP];
  if (!pointer->is_known || !load(state, pointer->bits, 64, into))
    return false;
  pointer->bits += 8;
  return true;
}

static bool register_of(ZydisRegister part, uint8_t *number) {
  *number = clab_register_number(part);
  return *number < REGISTERS;
}

static bool address_of(struct state *state, const struct clab_decoded *decoded,
                       const ZydisDecodedOperand *operand, uint64_t *address) {
  if (decoded->whole.address_width != 64)
    return false;
  uint64_t sum = operand->mem.disp.has_displacement ? (uint64_t)operand->mem.disp.value : 0;
  uint8_t number;
  if (operand->mem.base == ZYDIS_REGISTER_RIP) {
    sum += state->pc;
  } else if (operand->mem.base != ZYDIS_REGISTER_NONE) {
    if (!register_of(operand->mem.base, &number) || !state->registers[number].is_known)
      return false;
    sum += state->registers[number].bits;
  }
  if (operand->mem.index != ZYDIS_REGISTER_NONE) {
    if (!register_of(operand->mem.index, &number) || !state->registers[number].is_known)
      return false;
    sum += state->registers[number].bits * operand->mem.scale;
  }
  if (operand->mem.segment == ZYDIS_REGISTER_FS) {
    if (!state->target->has_thread_pointer)
      return false;
    sum += state->target->thread_pointer;
  } else if (operand->mem.segment == ZYDIS_REGISTER_GS) {
    return false;
  }
  *address = sum;
  return true;
}

static bool is_high_byte(ZydisRegister part) {
  return part == ZYDIS_REGISTER_AH || part == ZYDIS_REGISTER_BH || part == ZYDIS_REGISTER_CH ||
         part == ZYDIS_REGISTER_DH;
}

static bool get(struct state *state, const struct clab_decoded *decoded, unsigned index,
                struct value *into) {
  const ZydisDecodedOperand *operand = &decoded->operands[index];
  uint64_t address;
  uint8_t number;
  switch (operand->type) {
  case ZYDIS_OPERAND_TYPE_IMMEDIATE:
    *into = known(operand->imm.value.u);
    return true;
  case ZYDIS_OPERAND_TYPE_REGISTER:
    if (!register_of(operand->reg.value, &number) || is_high_byte(operand->reg.value))
      return false;
    *into = state->registers[number];
    into->bits &= mask_of(operand->size);
    return true;
  case ZYDIS_OPERAND_TYPE_MEMORY:
    return address_of(state, decoded, operand, &address) &&
           load(state, address, operand->size, into);
  default:
    return false;
  }
}

static bool put(struct state *state, const struct clab_decoded *decoded, struct value value) {
  const ZydisDecodedOperand *operand = &decoded->operands[0];
  uint64_t address;
  uint8_t number;
  switch (operand->type) {
  case ZYDIS_OPERAND_TYPE_REGISTER:
    if (!register_of(operand->reg.value, &number) || is_high_byte(operand->reg.value))
      return false;
    value.bits &= mask_of(operand->size);
    if (operand->size < 32) { /* the rest of the register stays as it is */
      value.bits |= state->registers[number].bits & ~mask_of(operand->size);
      value.is_known = value.is_known && state->registers[number].is_known;
    }
    state->registers[number] = value;
    return true;
  case ZYDIS_OPERAND_TYPE_MEMORY:
    return address_of(state, decoded, operand, &address) &&
           store(state, address, operand->size, value);
  default:
    return false;
  }
}

static uint64_t extended(uint64_t bits, unsigned from) {
  uint64_t sign = 1ULL << (from - 1);
  return from >= 64 ? bits : ((bits & mask_of(from)) ^ sign) - sign;
}

static bool compute(ZydisMnemonic mnemonic, uint64_t left, uint64_t right, uint64_t *result) {
  switch (mnemonic) {
  case ZYDIS_MNEMONIC_ADD:
    *result = left + right;
    return true;
  case ZYDIS_MNEMONIC_SUB:
  case ZYDIS_MNEMONIC_CMP:
    *result = left - right;
    return true;
  case ZYDIS_MNEMONIC_AND:
  case ZYDIS_MNEMONIC_TEST:
    *result = left & right;
    return true;
  case ZYDIS_MNEMONIC_OR:
    *result = left | right;
    return true;
  case ZYDIS_MNEMONIC_XOR:
    *result = left ^ right;
    return true;
  default:
    return false;
  }
}

static struct flags flags_of(ZydisMnemonic mnemonic, uint64_t left, uint64_t right, unsigned size,
                             uint64_t result) {
  unsigned last = size - 1;
  left &= mask_of(size);
  right &= mask_of(size);
  struct flags flags = {.zero = result == 0, .sign = result >> last & 1, .is_known = true};
  if (mnemonic == ZYDIS_MNEMONIC_SUB || mnemonic == ZYDIS_MNEMONIC_CMP) {
    flags.carry = left < right;
    flags.overflow = ((left ^ right) & (left ^ result)) >> last & 1;
  } else if (mnemonic == ZYDIS_MNEMONIC_ADD) {
    flags.carry = result < left;
    flags.overflow = (~(left ^ right) & (left ^ result)) >> last & 1;
  }
  return flags;
}

/* The last four bits of the opcode of jcc, setcc and cmovcc are the condition; the lowest of them
   negates it. */
static bool holds(struct flags flags, unsigned condition, bool *result) {
  bool holds;
  switch (condition >> 1 & 7) {
  case 0:
    holds = flags.overflow;
    break;
  case 1:
    holds = flags.carry;
    break;
  case 2:
    holds = flags.zero;
    break;
  case 3:
    holds = flags.carry || flags.zero;
    break;
  case 4:
    holds = flags.sign;
    break;
  case 6:
    holds = flags.sign != flags.overflow;
    break;
  case 7:
    holds = flags.zero || flags.sign != flags.overflow;
    break;
  default: /* parity */
    return false;
  }
  *result = holds != (condition & 1);
  return flags.is_known;
}

static bool arithmetic(struct state *state, const struct clab_decoded *decoded) {
  const ZydisDecodedOperand *to = &decoded->operands[0], *from = &decoded->operands[1];
  ZydisMnemonic mnemonic = decoded->whole.mnemonic;
  struct value left, right, result = unknown;
  if (!get(state, decoded, 0, &left) || !get(state, decoded, 1, &right))
    return false;
  bool is_same = to->type == ZYDIS_OPERAND_TYPE_REGISTER &&
                 from->type == ZYDIS_OPERAND_TYPE_REGISTER && to->reg.value == from->reg.value;
  if (is_same && mnemonic == ZYDIS_MNEMONIC_XOR)
    left = right = known(0);
  if (left.is_known && right.is_known) {
    if (!compute(mnemonic, left.bits, right.bits, &result.bits))
      return false;
    result.bits &= mask_of(to->size);
    result.is_known = true;
  }
  state->flags = result.is_known ? flags_of(mnemonic, left.bits, right.bits, to->size, result.bits)
                                 : (struct flags){.is_known = false};
  bool only_compares = mnemonic == ZYDIS_MNEMONIC_CMP || mnemonic == ZYDIS_MNEMONIC_TEST;
  return only_compares || put(state, decoded, result);
}

static bool shift(struct state *state, const struct clab_decoded *decoded) {
  struct value left;
  if (decoded->operands[1].type != ZYDIS_OPERAND_TYPE_IMMEDIATE || !get(state, decoded, 0, &left))
    return false;
  unsigned count = decoded->operands[1].imm.value.u & (decoded->operands[0].size == 64 ? 63 : 31);
  left.bits =
      decoded->whole.mnemonic == ZYDIS_MNEMONIC_SHL ? left.bits << count : left.bits >> count;
  state->flags.is_known = false;
  return put(state, decoded, left);
}

static bool go_to(struct state *state, const struct clab_decoded *decoded) {
  const ZydisDecodedOperand *operand = &decoded->operands[0];
  struct value target;
  if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand->imm.is_relative) {
    state->pc += (uint64_t)operand->imm.value.s;
    return true;
  }
  if (operand->size != 64 || !get(state, decoded, 0, &target) || !target.is_known)
    return false;
  state->pc = target.bits;
  return true;
}

static bool call(struct state *state, const struct clab_decoded *decoded) {
  uint64_t back = state->pc;
  return go_to(state, decoded) && push(state, known(back));
}

static bool branch(struct state *state, const struct clab_decoded *decoded) {
  bool is_taken;
  return holds(state->flags, decoded->whole.opcode, &is_taken) &&
         (!is_taken || go_to(state, decoded));
}

static bool set_if(struct state *state, const struct clab_decoded *decoded) {
  bool is_set;
  return holds(state->flags, decoded->whole.opcode, &is_set) && put(state, decoded, known(is_set));
}

static bool move_if(struct state *state, const struct clab_decoded *decoded) {
  bool is_moved;
  struct value value;
  if (!holds(state->flags, decoded->whole.opcode, &is_moved) || !get(state, decoded, 1, &value))
    return false;
  /* Half a register is cleared even if nothing is moved. */
  return (is_moved || get(state, decoded, 0, &value)) && put(state, decoded, value);
}

static bool leave(struct state *state) {
  state->registers[RSP] = state->registers[RBP];
  return pop(state, &state->registers[RBP]);
}

static bool ret(struct state *state, const struct clab_decoded *decoded) {
  struct value target;
  if (decoded->whole.operand_count_visible != 0 || !pop(state, &target) || !target.is_known)
    return false;
  state->pc = target.bits;
  return true;
}

static bool move(struct state *state, const struct clab_decoded *decoded) {
  struct value value;
  uint64_t address;
  switch (decoded->whole.mnemonic) {
  case ZYDIS_MNEMONIC_LEA:
    value = unknown;
    if (address_of(state, decoded, &decoded->operands[1], &address))
      value = known(address);
    break;
  case ZYDIS_MNEMONIC_MOVSXD:
  case ZYDIS_MNEMONIC_MOVSX:
    if (!get(state, decoded, 1, &value))
      return false;
    value.bits = extended(value.bits, decoded->operands[1].size);
    break;
  default:
    if (!get(state, decoded, 1, &value))
      return false;
  }
  return put(state, decoded, value);
}

/* Not jrcxz and loop, nor what the x87 unit moves. */
static bool is_condition(const ZydisDecodedInstruction *whole) {
  unsigned group = whole->opcode & 0xf0;
  if (whole->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT)
    return group == 0x70;
  return whole->opcode_map == ZYDIS_OPCODE_MAP_0F &&
         (group == 0x80 || group == 0x90 || group == 0x40);
}

static bool step(struct state *state, const struct clab_decoded *decoded) {
  struct value value;
  switch (decoded->whole.meta.category) {
  case ZYDIS_CATEGORY_COND_BR:
    return is_condition(&decoded->whole) && branch(state, decoded);
  case ZYDIS_CATEGORY_SETCC:
    return is_condition(&decoded->whole) && set_if(state, decoded);
  case ZYDIS_CATEGORY_CMOV:
    return is_condition(&decoded->whole) && move_if(state, decoded);
  default:
    break;
  }
  switch (decoded->whole.mnemonic) {
  case ZYDIS_MNEMONIC_NOP:
  case ZYDIS_MNEMONIC_ENDBR64:
    return true;
  case ZYDIS_MNEMONIC_MOV:
  case ZYDIS_MNEMONIC_MOVZX:
  case ZYDIS_MNEMONIC_MOVSX:
  case ZYDIS_MNEMONIC_MOVSXD:
  case ZYDIS_MNEMONIC_LEA:
    return move(state, decoded);
  case ZYDIS_MNEMONIC_ADD:
  case ZYDIS_MNEMONIC_SUB:
  case ZYDIS_MNEMONIC_AND:
  case ZYDIS_MNEMONIC_OR:
  case ZYDIS_MNEMONIC_XOR:
  case ZYDIS_MNEMONIC_CMP:
  case ZYDIS_MNEMONIC_TEST:
    return arithmetic(state, decoded);
  case ZYDIS_MNEMONIC_SHL:
  case ZYDIS_MNEMONIC_SHR:
    return shift(state, decoded);
  case ZYDIS_MNEMONIC_PUSH:
    return decoded->operands[0].size == 64 && get(state, decoded, 0, &value) && push(state, value);
  case ZYDIS_MNEMONIC_POP:
    return pop(state, &value) && put(state, decoded, value);
  case ZYDIS_MNEMONIC_LEAVE:
    return leave(state);
  case ZYDIS_MNEMONIC_CALL:
    return call(state, decoded);
  case ZYDIS_MNEMONIC_JMP:
    return go_to(state, decoded);
  case ZYDIS_MNEMONIC_RET:
    return ret(state, decoded);
  default:
    return false;
  }
}

bool clab_interpret(const struct clab_interpreter *target, uint64_t function, uint64_t argument,
                    uint64_t *result) {
  struct state state = {.target = target, .pc = function};
  state.registers[RDI] = known(argument);
  state.registers[RSP] = known(stack_low + SLOTS * 8);
  if (!push(&state, known(returns_to)))
    return false;
  for (unsigned i = 0; i < MOST_STEPS && state.pc != returns_to; i++) {
    uint8_t code[CLAB_LONGEST_INSTRUCTION];
    struct clab_decoded decoded;
    if (!target->is_executable(target->context, state.pc))
      return false;
    size_t size = target->read(target->context, state.pc, code, sizeof code);
    if (size == 0 || size > sizeof code || !clab_decode(code, size, &decoded))
      return false;
    state.pc += decoded.whole.length;
    if (!step(&state, &decoded))
      return false;
  }
  *result = state.registers[RAX].bits;
  return state.pc == returns_to && state.registers[RAX].is_known;
}
#else
bool clab_interpret(const struct clab_interpreter *target, uint64_t function, uint64_t argument,
                    uint64_t *result) {
  (void)target, (void)function, (void)argument, (void)result;
  return false;
}
#endif
