/*
 * How an instruction touches memory on x86-64, from its bytes (Intel SDM volume 2, appendix A).
 * Only what tells a read from a write: prefixes, opcode, and the ModRM byte's register field. An
 * instruction that reads and writes the same operand asks for a page that can be written, so that
 * is what the processor's error code would say: a write.
 */
#if defined(__x86_64__)
#include "architecture/dwarf.h"
#include "clab_observer.h"

enum { REG_RSI_PLACE = 4, REG_RDI_PLACE = 5, LONGEST = 15 };

struct instruction {
  const uint8_t *at;
  const uint8_t *end;
  uint8_t map; /* 0: one byte; 1: 0F; 2: 0F 38; 3: 0F 3A */
  uint8_t opcode;
  uint8_t operand; /* the register field of ModRM; 0 without one */
  bool is_vector;  /* VEX or EVEX */
  bool has_f3;
  bool is_evex;
  bool has_segment; /* FS or GS: relative to what only the kernel knows */
  uint8_t extend;   /* REX as it is, or what VEX has of it: 1 B, 2 X */
};

static bool take(struct instruction *instruction, uint8_t *byte) {
  if (instruction->at >= instruction->end)
    return false;
  *byte = *instruction->at++;
  return true;
}

static bool is_prefix(uint8_t byte) {
  switch (byte) {
  case 0x26:
  case 0x2e:
  case 0x36:
  case 0x3e:
  case 0x64:
  case 0x65: /* segments */
  case 0x66:
  case 0x67:
  case 0xf0:
  case 0xf2:
  case 0xf3:
    return true;
  default:
    return byte >= 0x40 && byte <= 0x4f; /* REX */
  }
}

/* The map and the prefix that VEX and EVEX carry inside. */
static bool take_vector_prefix(struct instruction *instruction, uint8_t first) {
  uint8_t a = 0, b = 0, c = 0;
  instruction->is_vector = true;
  instruction->is_evex = first == 0x62;
  instruction->extend = 0;
  if (first == 0xc5) {
    instruction->map = 1;
    if (!take(instruction, &a))
      return false;
    instruction->has_f3 = (a & 3) == 2;
    return true;
  }
  if (!take(instruction, &a) || !take(instruction, &b) || (first == 0x62 && !take(instruction, &c)))
    return false;
  instruction->map = a & (first == 0x62 ? 7 : 31);
  instruction->extend = ~a >> 5 & 3; /* inverted */
  instruction->has_f3 = (b & 3) == 2;
  return true;
}

static bool decode(struct instruction *instruction) {
  uint8_t byte;
  do {
    if (!take(instruction, &byte))
      return false;
    instruction->has_f3 |= byte == 0xf3;
    instruction->has_segment |= byte == 0x64 || byte == 0x65;
    if (is_prefix(byte)) /* REX counts only as the last of them */
      instruction->extend = byte >= 0x40 && byte <= 0x4f ? byte & 3 : 0;
  } while (is_prefix(byte));
  if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) {
    if (!take_vector_prefix(instruction, byte) || !take(instruction, &byte))
      return false;
  } else if (byte == 0x0f) {
    instruction->map = 1;
    if (!take(instruction, &byte))
      return false;
    if (byte == 0x38 || byte == 0x3a) {
      instruction->map = byte == 0x38 ? 2 : 3;
      if (!take(instruction, &byte))
        return false;
    }
  }
  instruction->opcode = byte;
  if (instruction->at < instruction->end)
    instruction->operand = *instruction->at >> 3 & 7;
  return true;
}

/* Opcodes of one byte whose operand in memory is written. */
static bool writes_one_byte(uint8_t opcode, uint8_t operand) {
  if (opcode < 0x38) /* add, or, adc, sbb, and, sub, xor: to memory, or to a register */
    return (opcode & 7) < 2;
  switch (opcode) {
  case 0x80:
  case 0x81:
  case 0x83:
    return operand != 7; /* cmp */
  case 0x86:
  case 0x87:
  case 0x88:
  case 0x89:
  case 0x8c:
  case 0x8f:
  case 0xa2:
  case 0xa3:
  case 0xaa:
  case 0xab:
  case 0xc0:
  case 0xc1:
  case 0xc6:
  case 0xc7:
  case 0xd0:
  case 0xd1:
  case 0xd2:
  case 0xd3:
    return true;
  case 0xf6:
  case 0xf7:
    return operand == 2 || operand == 3; /* not, neg */
  case 0xfe:
  case 0xff:
    return operand < 2; /* inc, dec */
  case 0xd9:
    return operand == 2 || operand == 3 || operand >= 6; /* fst, fstp, fnstenv, fnstcw */
  case 0xdb:
    return (operand >= 1 && operand <= 3) || operand == 7;
  case 0xdd:
    return (operand >= 1 && operand <= 3) || operand >= 6;
  case 0xdf:
    return (operand >= 1 && operand <= 3) || operand >= 6;
  default:
    return false;
  }
}

static bool writes_two_bytes(const struct instruction *instruction) {
  uint8_t operand = instruction->operand;
  switch (instruction->opcode) {
  case 0x11:
  case 0x13:
  case 0x17:
  case 0x29:
  case 0x2b:
  case 0x7f:
  case 0xc3:
  case 0xd6:
  case 0xe7:
    return true; /* stores of vectors, movnti */
  case 0x7e:
    return !instruction->has_f3; /* movd and movq to memory; with F3 from it */
  case 0xab:
  case 0xb3:
  case 0xbb:
  case 0xb0:
  case 0xb1:
  case 0xc0:
  case 0xc1:
  case 0xa4:
  case 0xa5:
  case 0xac:
  case 0xad:
    return !instruction->is_vector; /* bts, btr, btc, cmpxchg, xadd, shld, shrd */
  case 0xba:
    return operand >= 5;
  case 0xc7:
    return operand == 1 || operand == 4 || operand == 5; /* cmpxchg16b, xsavec, xsaves */
  case 0xae:
    return operand == 0 || operand == 3 || operand == 4 ||
           operand == 6; /* fxsave, stmxcsr, xsave */
  default:
    return instruction->opcode >= 0x90 && instruction->opcode <= 0x9f; /* setcc */
  }
}

/* movbe, and the masked and the compressing stores of vectors. */
static bool writes_three_bytes(const struct instruction *instruction) {
  switch (instruction->opcode) {
  case 0xf1:
    return instruction->map == 2 && !instruction->is_vector;
  case 0x2e:
  case 0x2f:
  case 0x8a:
  case 0x8b:
  case 0x8e:
    return instruction->map == 2 && instruction->is_vector;
  case 0x14:
  case 0x15:
  case 0x16:
  case 0x17:
  case 0x19:
  case 0x39:
    return instruction->map == 3; /* pextr, vextract */
  default:
    return false;
  }
}

/* push and call, in whatever form: they write below the stack pointer. */
static bool pushes(const struct instruction *instruction) {
  uint8_t opcode = instruction->opcode;
  if (instruction->map == 1)
    return opcode == 0xa0 || opcode == 0xa8; /* push fs, gs */
  if (instruction->map)
    return false;
  return (opcode >= 0x50 && opcode <= 0x57) || opcode == 0x68 || opcode == 0x6a || opcode == 0x9c ||
         opcode == 0xc8 || opcode == 0xe8 ||
         (opcode == 0xff &&
          (instruction->operand == 2 || instruction->operand == 3 || instruction->operand == 6));
}

/* Whether a ModRM byte follows the opcode. */
static bool has_operand(const struct instruction *instruction) {
  uint8_t opcode = instruction->opcode;
  if (instruction->map > 1 || instruction->is_vector)
    return true;
  if (instruction->map == 1)
    return !((opcode >= 0x05 && opcode <= 0x0b) || (opcode >= 0x30 && opcode <= 0x37) ||
             opcode == 0x77 || (opcode >= 0x80 && opcode <= 0x8f) ||
             (opcode >= 0xa0 && opcode <= 0xa2) || (opcode >= 0xa8 && opcode <= 0xaa) ||
             opcode >= 0xc8);
  if (opcode < 0x40)
    return (opcode & 7) < 4;
  return opcode == 0x63 || opcode == 0x69 || opcode == 0x6b || (opcode >= 0x80 && opcode <= 0x8f) ||
         opcode == 0xc0 || opcode == 0xc1 || opcode == 0xc6 || opcode == 0xc7 ||
         (opcode >= 0xd0 && opcode <= 0xd3) || (opcode >= 0xd8 && opcode <= 0xdf) ||
         opcode == 0xf6 || opcode == 0xf7 || opcode >= 0xfe;
}

/* The address that ModRM, SIB and displacement make. False where it needs more than the registers,
   or the length of the whole instruction. */
static bool operand_address(struct instruction *instruction, const struct clab_registers *registers,
                            uint64_t *address) {
  /* From the processor's numbers to DWARF's. */
  static const uint8_t order[16] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};
  uint8_t modes, scaled = 0, byte;
  if (instruction->is_evex || instruction->has_segment || !take(instruction, &modes))
    return false;
  uint8_t mode = modes >> 6, base = modes & 7;
  uint64_t sum = 0;
  if (mode == 3 || (mode == 0 && base == 5))
    return false;
  if (base == 4) {
    if (!take(instruction, &scaled))
      return false;
    uint8_t index = (scaled >> 3 & 7) | (instruction->extend & 2 ? 8 : 0);
    base = scaled & 7;
    if (index != 4)
      sum = registers->value[order[index]] << (scaled >> 6);
  }
  unsigned bytes = mode == 1 ? 1 : mode == 2 ? 4 : 0;
  if (mode == 0 && base == 5)
    bytes = 4; /* no base but a displacement */
  else
    sum += registers->value[order[base | (instruction->extend & 1 ? 8 : 0)]];
  uint32_t displacement = 0;
  for (unsigned i = 0; i < bytes; i++) {
    if (!take(instruction, &byte))
      return false;
    displacement |= (uint32_t)byte << 8 * i;
  }
  *address = sum + (uint64_t)(bytes == 1 ? (int64_t)(int8_t)displacement : (int32_t)displacement);
  return true;
}

bool clab_address_of_instruction(const uint8_t *code, size_t size,
                                 const struct clab_registers *registers, uint64_t *address) {
  struct instruction instruction = {.at = code, .end = code + size};
  if (!decode(&instruction))
    return false;
  if (pushes(&instruction)) {
    *address = registers->value[CLAB_REG_SP] - 8;
    return true;
  }
  return has_operand(&instruction) && operand_address(&instruction, registers, address);
}

static uint64_t distance(uint64_t left, uint64_t right) {
  return left > right ? left - right : right - left;
}

enum clab_access clab_access_of_instruction(const uint8_t *code, size_t size,
                                            const struct clab_registers *registers,
                                            uint64_t address) {
  uint64_t pc = registers->value[CLAB_REG_PC], sp = registers->value[CLAB_REG_SP];
  if (address - pc < LONGEST)
    return CLAB_ACCESS_EXECUTE;
  struct instruction instruction = {.at = code, .end = code + size};
  if (!decode(&instruction))
    return CLAB_ACCESS_UNKNOWN;
  if (pushes(&instruction)) /* its operand may lie in memory too, and is read */
    return sp - address - 1 < 8 || instruction.opcode == 0xc8 ? CLAB_ACCESS_WRITE
                                                              : CLAB_ACCESS_READ;
  if (instruction.map == 0 && (instruction.opcode == 0xa4 || instruction.opcode == 0xa5)) {
    /* movs: from where RSI points to where RDI does */
    bool nearer_to_source = distance(address, registers->value[REG_RSI_PLACE]) <
                            distance(address, registers->value[REG_RDI_PLACE]);
    return nearer_to_source ? CLAB_ACCESS_READ : CLAB_ACCESS_WRITE;
  }
  bool writes = instruction.map == 0   ? writes_one_byte(instruction.opcode, instruction.operand)
                : instruction.map == 1 ? writes_two_bytes(&instruction)
                                       : writes_three_bytes(&instruction);
  return writes ? CLAB_ACCESS_WRITE : CLAB_ACCESS_READ;
}
#endif
