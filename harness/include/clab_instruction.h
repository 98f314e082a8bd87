/*
 * Instructions: the only decoders of the project, on top of Zydis for x86-64. They serve the signal
 * handler, the observer, core dumps, and programs that are read from a file.
 *
 *     clab_instruction_decode      bytes in, everything out that the bytes alone tell
 *     clab_instruction_decode_aarch64      the same for aarch64, on any processor
 *     clab_instruction_evaluate    with the registers of a thread: the addresses of its operands
 *     clab_instruction_at          both, for the code that this processor executes
 *
 * Zydis' decoder allocates nothing, takes no lock and keeps no state. A program that calls these
 * functions in a signal handler calls clab_instruction_warm_up before, so that the loader has bound
 * them.
 *
 * Registers have DWARF's numbers, as in struct clab_registers.
 */
#ifndef CRASHLAB_INSTRUCTION_H
#define CRASHLAB_INSTRUCTION_H

#include "clab_unwind.h"

enum {
  CLAB_LONGEST_INSTRUCTION = 15,
  CLAB_MEMORY_OPERANDS = 3,
  CLAB_INSTRUCTION_TEXT = 128,
  CLAB_NO_REGISTER = 0xff,
  CLAB_OTHER_REGISTER = 0xfe, /* a vector register: struct clab_registers does not have it */
};

/* Where execution goes on. */
enum clab_flow {
  CLAB_FLOW_NEXT = 0,
  CLAB_FLOW_JUMP = 1,
  CLAB_FLOW_BRANCH = 2, /* a jump with a condition */
  CLAB_FLOW_CALL = 3,
  CLAB_FLOW_RETURN = 4,
};

/* Where a jump, a call or a return finds its target. */
enum clab_flow_target {
  CLAB_TARGET_NONE = 0,     /* no jump, or a far one, or one into the kernel */
  CLAB_TARGET_RELATIVE = 1, /* `target_offset` from the next instruction */
  CLAB_TARGET_REGISTER = 2, /* in `target_register`; also what wrfsbase makes a base */
  CLAB_TARGET_MEMORY = 3,   /* in memory[0] */
  CLAB_TARGET_FAR = 4,      /* in memory[0]: `far_bytes` of it, then as many with a selector */
};

/* Reasons for which a processor raises #GP that do not depend on an address. */
enum clab_instruction_traits {
  CLAB_PRIVILEGED = 1 << 0,         /* not in user mode */
  CLAB_LOADS_SELECTOR = 1 << 1,     /* loads a segment register, or goes through a far pointer */
  CLAB_SOFTWARE_INTERRUPT = 1 << 2, /* `int n`, unless the kernel lets user mode use that gate */
  CLAB_CHECKS_VALUE = 1 << 3,  /* refuses some values in memory or registers (ldmxcsr, xrstor) */
  CLAB_BY_PERMISSION = 1 << 4, /* in user mode only where the kernel permits it: rdtsc, in */
};

enum clab_operand_access {
  CLAB_OPERAND_READ = 1 << 0,
  CLAB_OPERAND_WRITTEN = 1 << 1,
};

/* An operand in memory, in the order in which the processor gets to them. */
struct clab_memory_operand {
  int64_t displacement;
  uint64_t address;   /* set by clab_instruction_evaluate where `is_known` */
  uint32_t size;      /* bytes; 0 where it depends on more than the instruction */
  uint16_t alignment; /* that the processor insists on, bytes; 1: none */
  uint8_t access;     /* enum clab_operand_access */
  uint8_t base;
  uint8_t index;
  uint8_t index_bits; /* how much of the index register counts */
  uint8_t scale;
  uint8_t bit_index;    /* of bt and its like: the register that holds the bit's number */
  uint8_t address_bits; /* 64, or 32 with an address size prefix */
  uint8_t segment;      /* 0, or 'f' or 'g': relative to that segment's base */
  bool is_implicit;     /* the stack's, or a string instruction's */
  bool is_repeated;     /* nothing is accessed if rcx is 0 */
  bool is_known;        /* set by clab_instruction_evaluate */
};

/* What it does to the stack pointer, apart from `pushed` bytes that it writes there first. */
enum clab_stack_change {
  CLAB_STACK_SAME = 0,
  CLAB_STACK_ADDED = 1,    /* stack_delta is added */
  CLAB_STACK_ALIGNED = 2,  /* rounded down to a multiple of stack_delta, from stack_register unless
                              that is CLAB_NO_REGISTER */
  CLAB_STACK_PLUS = 3,     /* stack_register is added */
  CLAB_STACK_MINUS = 4,    /* stack_register is subtracted */
  CLAB_STACK_RELATIVE = 5, /* becomes stack_register + stack_delta */
  CLAB_STACK_UNKNOWN = 6,  /* becomes something else */
};

struct clab_instruction {
  int64_t stack_delta;
  int64_t target_offset;
  int64_t constant;       /* what constant_register becomes */
  uint64_t constant_kept; /* bits of that register which stay as they were (movk of aarch64) */
  int64_t frame_offset; /* from the stack pointer, or frame_base, to what frame_register becomes */
  uint32_t traits;      /* enum clab_instruction_traits */
  uint16_t pushed;
  uint8_t length;
  uint8_t flow;            /* enum clab_flow */
  uint8_t target;          /* enum clab_flow_target */
  uint8_t target_register; /* of CLAB_TARGET_REGISTER */
  uint8_t stack_change;    /* enum clab_stack_change */
  uint8_t stack_register;
  uint8_t constant_register; /* CLAB_NO_REGISTER: none becomes a constant */
  uint8_t frame_register; /* a copy of the stack pointer is put there; CLAB_NO_REGISTER: nowhere */
  uint8_t frame_base;     /* a copy of this register instead; CLAB_NO_REGISTER: no */
  uint8_t memory_count;
  uint8_t interrupt; /* the n of `int n` */
  uint8_t far_bytes; /* of CLAB_TARGET_FAR */
  bool is_probe; /* reads or writes memory and changes nothing: `orq $0, (%rsp)`, or stores a 0 */
  bool compares_stack; /* sets flags by the stack pointer, and changes nothing else (aarch64) */
  bool is_padding;     /* does nothing: nop, or ud2, which stands where nothing comes by */
  struct clab_memory_operand memory[CLAB_MEMORY_OPERANDS];
};

/* Binds what the functions below need. Async-signal-safe: no */
void clab_instruction_warm_up(void);

/* Decodes the instruction that begins at `code`, of which at most `size` bytes may be read. False
   if it ends behind them, or is no instruction. Async-signal-safe: yes, after the warm-up */
bool clab_instruction_decode(const uint8_t *code, size_t size, struct clab_instruction *into);

/* The same for whoever looks at what moves the stack pointer alone, several times faster: of an
   instruction that has nothing to do with the stack, and makes no constant and no copy of a
   register plus a constant, only `length` and `flow` are told.
   Async-signal-safe: yes, after the warm-up */
bool clab_instruction_skim(const uint8_t *code, size_t size, struct clab_instruction *into);

/* Decodes the fixed four bytes of aarch64, whatever processor is at hand. What it tells: the
   flow, the stack pointer, constants, and operands in memory. Async-signal-safe: yes */
bool clab_instruction_decode_aarch64(const uint8_t *code, size_t size,
                                     struct clab_instruction *into);

/* Computes the addresses of the operands. A register that is not valid, a vector register or a
   segment's base that nobody has told leave an operand's address unknown.
   Async-signal-safe: yes */
void clab_instruction_evaluate(struct clab_instruction *instruction,
                               const struct clab_registers *registers);

/* The instruction at the program counter. False where this processor's instructions are not
   decoded (aarch64). Async-signal-safe: yes, after the warm-up */
bool clab_instruction_at(const uint8_t *code, size_t size, const struct clab_registers *registers,
                         struct clab_instruction *into);

/* Where a far one would, and the selector that it would load; an interrupt's return also loads one
   for the stack. 0: there is none. False if it can't be said. Async-signal-safe: yes, if `read` is
 */
bool clab_instruction_far_target(const struct clab_instruction *instruction,
                                 bool (*read)(void *context, uint64_t address, uint64_t *word),
                                 void *context, uint64_t *target, uint16_t *code, uint16_t *stack);

/* Where a jump, a call or a return would go on. `read` copies eight bytes of the thread's memory
   and says whether it could; it is only called for a target in memory. False if it can't be said.
   Async-signal-safe: yes, if `read` is */
bool clab_instruction_target(const struct clab_instruction *instruction,
                             const struct clab_registers *registers,
                             bool (*read)(void *context, uint64_t address, uint64_t *word),
                             void *context, uint64_t *target);

/* Writes the instruction as gdb prints it (AT&T syntax), for one that lies at `pc`. False, and an
   empty text, if it is none. Async-signal-safe: no */
bool clab_instruction_text(const uint8_t *code, size_t size, uint64_t pc,
                           char text[CLAB_INSTRUCTION_TEXT]);

enum clab_access {
  CLAB_ACCESS_UNKNOWN = 0,
  CLAB_ACCESS_READ = 1,
  CLAB_ACCESS_WRITE = 2,
  CLAB_ACCESS_EXECUTE = 3,
};

/* How this instruction touches this address. Unknown where it reads and writes there by two
   operands: the processor reads first, so it was the read unless memory permits that. Without code
   it is the fetch of the instruction that cannot be done, if that is where the program counter is.
   Async-signal-safe: yes */
enum clab_access clab_access_of_instruction(const uint8_t *code, size_t size,
                                            const struct clab_registers *registers,
                                            uint64_t address);

#endif
