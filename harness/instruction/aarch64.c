/*
 * Instructions of aarch64, on any processor: what they do to the stack pointer and where they go
 * on, by the encodings of the Arm Architecture Reference Manual (DDI 0487, C4.1). Whatever no row
 * of the table knows neither moves the stack pointer nor leads elsewhere; accesses are in
 * aarch64_memory.c.
 */
#include "aarch64.h"

#include <string.h>

enum { STACK_POINTER = 31, ZERO_REGISTER = 31 };

struct encoding {
  uint32_t mask, value;
  void (*decode)(uint32_t word, struct clab_instruction *into);
};

static unsigned destination(uint32_t word) { return word & 31; }
static unsigned source(uint32_t word) { return word >> 5 & 31; }

static void change(struct clab_instruction *into, enum clab_stack_change change, uint8_t by) {
  into->stack_change = change;
  into->stack_register = by;
}

/* add and sub with an immediate of 12 bits, maybe shifted by 12; mov to and from the stack
   pointer is add of 0. */
static void add_immediate(uint32_t word, struct clab_instruction *into) {
  int64_t value = word >> 10 & 0xfff;
  if (word >> 22 & 1)
    value <<= 12;
  if (word >> 30 & 1)
    value = -value;
  if (destination(word) != STACK_POINTER) {
    into->frame_register = (uint8_t)destination(word);
    into->frame_offset = value;
    if (source(word) != STACK_POINTER)
      into->frame_base = (uint8_t)source(word);
  } else if (source(word) == STACK_POINTER) {
    into->stack_change = CLAB_STACK_ADDED;
    into->stack_delta = value;
  } else {
    change(into, CLAB_STACK_RELATIVE, (uint8_t)source(word));
    into->stack_delta = value;
  }
}

/* add and sub with a register: of those forms that can name the stack pointer only the plain one
   adds what is in it. */
static void add_register(uint32_t word, struct clab_instruction *into) {
  enum { WHOLE_UNSHIFTED = 3 << 3 };
  bool down = word >> 30 & 1, plain = (word >> 10 & 0x3f) == WHOLE_UNSHIFTED;
  if (destination(word) != STACK_POINTER)
    return;
  if (source(word) == STACK_POINTER)
    change(into, down ? CLAB_STACK_MINUS : CLAB_STACK_PLUS,
           plain ? (uint8_t)(word >> 16 & 31) : CLAB_OTHER_REGISTER);
  else
    change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
}

/* subs into the zero register: cmp. */
static void compare(uint32_t word, struct clab_instruction *into) {
  into->compares_stack = source(word) == STACK_POINTER && destination(word) == ZERO_REGISTER;
}

/* addvl and addpl: by the length of a vector register, which only running tells. */
static void add_vector_length(uint32_t word, struct clab_instruction *into) {
  if (destination(word) != STACK_POINTER)
    return;
  if ((word >> 16 & 31) == STACK_POINTER)
    change(into, word >> 10 & 1 ? CLAB_STACK_MINUS : CLAB_STACK_PLUS, CLAB_OTHER_REGISTER);
  else
    change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
}

/* movz, movn, movk. */
static void move_wide(uint32_t word, struct clab_instruction *into) {
  enum { INVERTED = 0, KEEPING = 3 };
  bool is_whole = word >> 31;
  unsigned shift = (word >> 21 & 3) * 16, kind = word >> 29 & 3;
  uint64_t value = (uint64_t)(word >> 5 & 0xffff) << shift;
  if (destination(word) == ZERO_REGISTER || (!is_whole && shift > 16))
    return;
  if (kind == INVERTED)
    value = ~value;
  if (!is_whole)
    value = (uint32_t)value;
  into->constant_register = (uint8_t)destination(word);
  into->constant = (int64_t)value;
  if (kind == KEEPING)
    into->constant_kept = (is_whole ? UINT64_MAX : UINT32_MAX) & ~(UINT64_C(0xffff) << shift);
}

/* The immediate of and, orr and their like (DecodeBitMasks): ones, rotated within an element that
   is repeated. False: such an instruction does not exist. */
static bool bit_mask(uint32_t word, uint64_t *mask) {
  unsigned ones = word >> 10 & 63, rotation = word >> 16 & 63, size = 64;
  unsigned length = (word >> 22 & 1) << 6 | (~ones & 63);
  if (length < 2)
    return false;
  while (!(length & size))
    size >>= 1;
  ones &= size - 1;
  rotation &= size - 1;
  if (ones == size - 1 || (!(word >> 31) && size == 64))
    return false;
  uint64_t whole = size == 64 ? UINT64_MAX : (UINT64_C(1) << size) - 1;
  uint64_t element = (UINT64_C(1) << (ones + 1)) - 1;
  if (rotation)
    element = (element >> rotation | element << (size - rotation)) & whole;
  for (; size < 64; size *= 2)
    element |= element << size;
  *mask = word >> 31 ? element : (uint32_t)element;
  return true;
}

/* and: the stack pointer is rounded down from another register. */
static void and_immediate(uint32_t word, struct clab_instruction *into) {
  uint64_t mask;
  if (destination(word) != STACK_POINTER)
    return;
  change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
  if (bit_mask(word, &mask) && (int64_t)mask < 0 && (~mask & (~mask + 1)) == 0) {
    change(into, CLAB_STACK_ALIGNED, (uint8_t)source(word));
    into->stack_delta = (int64_t)(~mask + 1);
  }
}

/* orr of the zero register is mov of a constant. */
static void or_immediate(uint32_t word, struct clab_instruction *into) {
  uint64_t mask;
  if (destination(word) == STACK_POINTER) {
    change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
  } else if (source(word) == ZERO_REGISTER && bit_mask(word, &mask)) {
    into->constant_register = (uint8_t)destination(word);
    into->constant = (int64_t)mask;
  }
}

/* eor, and tags: nothing that a compiler does to the stack pointer of a frame. */
static void other_result(uint32_t word, struct clab_instruction *into) {
  if (destination(word) == STACK_POINTER)
    change(into, CLAB_STACK_UNKNOWN, CLAB_NO_REGISTER);
}

static int64_t offset(uint32_t word, unsigned lowest, unsigned bits) {
  int64_t value = (int64_t)((uint64_t)(word >> lowest) << (64 - bits)) >> (64 - bits);
  return value * 4 - 4; /* from the next instruction */
}

static void go(struct clab_instruction *into, enum clab_flow flow, int64_t target) {
  into->flow = (uint8_t)flow;
  into->target = CLAB_TARGET_RELATIVE;
  into->target_offset = target;
}

static void jump(uint32_t word, struct clab_instruction *into) {
  go(into, word >> 31 ? CLAB_FLOW_CALL : CLAB_FLOW_JUMP, offset(word, 0, 26));
}

static void branch(uint32_t word, struct clab_instruction *into) {
  go(into, CLAB_FLOW_BRANCH, offset(word, 5, 19));
}

static void test_branch(uint32_t word, struct clab_instruction *into) {
  go(into, CLAB_FLOW_BRANCH, offset(word, 5, 14));
}

/* br, blr, ret, and each with authentication. */
static void jump_register(uint32_t word, struct clab_instruction *into) {
  static const uint8_t flows[] = {CLAB_FLOW_JUMP, CLAB_FLOW_CALL, CLAB_FLOW_RETURN, CLAB_FLOW_NEXT};
  into->flow = flows[word >> 21 & 3];
  if (into->flow == CLAB_FLOW_NEXT || (word >> 23 & 1))
    return; /* of the kernel */
  into->target = CLAB_TARGET_REGISTER;
  into->target_register = (uint8_t)source(word);
  if (into->flow == CLAB_FLOW_RETURN && into->target_register == 31) /* retaa, retab */
    into->target_register = 30;
}

static void nothing(uint32_t word, struct clab_instruction *into) {
  (void)word;
  into->is_padding = true;
}

/* In the order of the manual's index. Reserved for data processing are immediates and registers,
   branches, loads and stores; the first row that fits counts. */
static const struct encoding encodings[] = {
    {0xffff0000, 0x00000000, nothing}, /* udf */
    {0xffffffff, 0xd503201f, nothing}, /* nop */
    {0xffe0001f, 0xd4200000, nothing}, /* brk */
    {0xffa0f800, 0x04205000, add_vector_length},
    {0xbf800000, 0x91000000, add_immediate},
    {0xbfe00000, 0x8b200000, add_register},
    {0xffe00000, 0xeb200000, compare},
    {0xff800000, 0xf1000000, compare},
    {0xffc00000, 0x91800000, other_result}, /* addg, subg */
    {0xffc00000, 0xd1800000, other_result},
    {0x7f800000, 0x12800000, move_wide},
    {0x7f800000, 0x52800000, move_wide},
    {0x7f800000, 0x72800000, move_wide},
    {0xff800000, 0x92000000, and_immediate},
    {0x7f800000, 0x32000000, or_immediate},
    {0xff800000, 0xd2000000, other_result}, /* eor */
    {0x7c000000, 0x14000000, jump},
    {0xff000000, 0x54000000, branch},
    {0x7e000000, 0x34000000, branch},
    {0x7e000000, 0x36000000, test_branch},
    {0xfe1f0000, 0xd61f0000, jump_register},
};

bool clab_instruction_decode_aarch64(const uint8_t *code, size_t size,
                                     struct clab_instruction *into) {
  uint32_t word;
  memset(into, 0, sizeof *into);
  into->constant_register = into->frame_register = into->stack_register = CLAB_NO_REGISTER;
  into->target_register = into->frame_base = CLAB_NO_REGISTER;
  if (size < sizeof word)
    return false;
  word = (uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 |
         (uint32_t)code[3] << 24;
  /* Whole groups that no processor has (C4.1, op0): data, most likely. */
  unsigned group = word >> 25 & 15;
  if (group == 1 || group == 3 || (group == 0 && word >> 16 != 0 && !(word >> 31)))
    return false;
  into->length = sizeof word;
  for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
    if ((word & encodings[i].mask) == encodings[i].value) {
      encodings[i].decode(word, into);
      return true;
    }
  clab_decode_memory_aarch64(word, into);
  return true;
}
