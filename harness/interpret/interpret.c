/* Follows the instructions of a short function of another process (clab_interpret.h). */
#include "clab_interpret.h"
#if defined(__x86_64__)
#include "interpret/state.h"

enum { MOST_STEPS = 512 };

static const struct value unknown = {0, false};
static const uint64_t returns_to = 0x1800000000000000;

static uint64_t extended(uint64_t bits, unsigned from) {
  uint64_t sign = 1ULL << (from - 1);
  return from >= 64 ? bits : ((bits & clab_mask_of(from)) ^ sign) - sign;
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

static bool arithmetic(struct state *state, const struct clab_decoded *decoded) {
  const ZydisDecodedOperand *to = &decoded->operands[0], *from = &decoded->operands[1];
  ZydisMnemonic mnemonic = decoded->whole.mnemonic;
  struct value left, right, result = unknown;
  if (!clab_operand_get(state, decoded, 0, &left) || !clab_operand_get(state, decoded, 1, &right))
    return false;
  bool is_same = to->type == ZYDIS_OPERAND_TYPE_REGISTER &&
                 from->type == ZYDIS_OPERAND_TYPE_REGISTER && to->reg.value == from->reg.value;
  if (is_same && mnemonic == ZYDIS_MNEMONIC_XOR)
    left = right = known(0);
  if (left.is_known && right.is_known) {
    if (!compute(mnemonic, left.bits, right.bits, &result.bits))
      return false;
    result.bits &= clab_mask_of(to->size);
    result.is_known = true;
  }
  state->flags = result.is_known
                     ? clab_flags_of(mnemonic, left.bits, right.bits, to->size, result.bits)
                     : (struct flags){.is_known = false};
  bool only_compares = mnemonic == ZYDIS_MNEMONIC_CMP || mnemonic == ZYDIS_MNEMONIC_TEST;
  return only_compares || clab_operand_put(state, decoded, result);
}

static bool shift(struct state *state, const struct clab_decoded *decoded) {
  struct value left;
  if (decoded->operands[1].type != ZYDIS_OPERAND_TYPE_IMMEDIATE ||
      !clab_operand_get(state, decoded, 0, &left))
    return false;
  unsigned count = decoded->operands[1].imm.value.u & (decoded->operands[0].size == 64 ? 63 : 31);
  left.bits =
      decoded->whole.mnemonic == ZYDIS_MNEMONIC_SHL ? left.bits << count : left.bits >> count;
  state->flags.is_known = false;
  return clab_operand_put(state, decoded, left);
}

static bool go_to(struct state *state, const struct clab_decoded *decoded) {
  const ZydisDecodedOperand *operand = &decoded->operands[0];
  struct value target;
  if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand->imm.is_relative) {
    state->pc += (uint64_t)operand->imm.value.s;
    return true;
  }
  if (operand->size != 64 || !clab_operand_get(state, decoded, 0, &target) || !target.is_known)
    return false;
  state->pc = target.bits;
  return true;
}

static bool call(struct state *state, const struct clab_decoded *decoded) {
  uint64_t back = state->pc;
  return go_to(state, decoded) && clab_value_push(state, known(back));
}

static bool branch(struct state *state, const struct clab_decoded *decoded) {
  bool is_taken;
  return clab_flags_hold(state->flags, decoded->whole.opcode, &is_taken) &&
         (!is_taken || go_to(state, decoded));
}

static bool set_if(struct state *state, const struct clab_decoded *decoded) {
  bool is_set;
  return clab_flags_hold(state->flags, decoded->whole.opcode, &is_set) &&
         clab_operand_put(state, decoded, known(is_set));
}

static bool move_if(struct state *state, const struct clab_decoded *decoded) {
  bool is_moved;
  struct value value;
  if (!clab_flags_hold(state->flags, decoded->whole.opcode, &is_moved) ||
      !clab_operand_get(state, decoded, 1, &value))
    return false;
  /* Half a register is cleared even if nothing is moved. */
  return (is_moved || clab_operand_get(state, decoded, 0, &value)) &&
         clab_operand_put(state, decoded, value);
}

static bool leave(struct state *state) {
  state->registers[RSP] = state->registers[RBP];
  return clab_value_pop(state, &state->registers[RBP]);
}

static bool ret(struct state *state, const struct clab_decoded *decoded) {
  struct value target;
  if (decoded->whole.operand_count_visible != 0 || !clab_value_pop(state, &target) ||
      !target.is_known)
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
    if (clab_operand_address(state, decoded, &decoded->operands[1], &address))
      value = known(address);
    break;
  case ZYDIS_MNEMONIC_MOVSXD:
  case ZYDIS_MNEMONIC_MOVSX:
    if (!clab_operand_get(state, decoded, 1, &value))
      return false;
    value.bits = extended(value.bits, decoded->operands[1].size);
    break;
  default:
    if (!clab_operand_get(state, decoded, 1, &value))
      return false;
  }
  return clab_operand_put(state, decoded, value);
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
    return decoded->operands[0].size == 64 && clab_operand_get(state, decoded, 0, &value) &&
           clab_value_push(state, value);
  case ZYDIS_MNEMONIC_POP:
    return clab_value_pop(state, &value) && clab_operand_put(state, decoded, value);
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
  state.registers[RSP] = known(clab_stack_low + SLOTS * 8);
  if (!clab_value_push(&state, known(returns_to)))
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
