/*
 * The unwind rules of the program counters met so far, with what their frames took of the stack.
 * A table of fixed size: the walk looks a rule up once a frame.
 */
#ifndef CLAB_RULES_H
#define CLAB_RULES_H

#include "cfi/rule.h"

enum {
  CLAB_RULE_SLOTS = 1024,
  CLAB_RULES = CLAB_RULE_SLOTS * 3 / 4, /* beyond this load, probes would grow long */
  /* A table begins with so many slots, which lie in two pages: most walks meet few rules. */
  CLAB_FEW_SLOTS = 128,
  CLAB_FEW_RULES = CLAB_FEW_SLOTS / 4,
  CLAB_NEAR = 1, /* so many slots behind its own a rule may lie while they are few */
};

/* A slot of the table, one cache line: what the inner loop needs of the rule of a return address,
   and what its frames took of the stack. */
enum {
  CLAB_SURE_FRAME = 16 << 10 /* bytes: a larger one that is guessed may hide others */
};

struct clab_replay {
  uint64_t pc;      /* 0 where there is nothing to replay */
  bool cfa_from_fp; /* else from the stack pointer */
  bool saves_fp;
  bool guessed; /* by the frame pointer, without information */
  bool return_signed;
  int32_t cfa_offset;
  int32_t fp_offset; /* where the frame pointer is saved; the return address where it is not */
  int32_t return_offset;
  uint32_t depth;  /* of the lowest word that is read, below the CFA */
  uint32_t number; /* of the slot's rule, 0 for none */
  uint64_t range;  /* bytes: frames that are larger by more than this are not replayed */
  uint64_t frames;
  uint64_t last_cfa; /* of its outermost frame since the last anchor, 0 for none */
  uint64_t bytes;
};

_Static_assert(sizeof(struct clab_replay) == 64, "one cache line");

/* Of which program counter a rule is. */
struct clab_known_rule {
  uint64_t pc;
  uint32_t slot;
  bool exact; /* `pc` is the instruction itself, not a return address */
  struct clab_rule rule;
};

/* A hash table with open addressing. What the inner loop needs lies by slot; the rest lies densely
   by number, so that a walk touches few pages (in a forked child each costs a fault). Only proved
   rules of return addresses are replayed. Number 0 is no rule: `others` counts the frames whose
   program counter found no room. */
struct clab_rules {
  struct clab_replay others;
  uint64_t slots; /* in use: CLAB_FEW_SLOTS or CLAB_RULE_SLOTS */
  uint32_t count; /* rules are numbered from 1 to this */
  struct clab_known_rule known[CLAB_RULES + 1];
  _Alignas(64) struct clab_replay replay[CLAB_RULE_SLOTS];
};

/* The slot that a rule has if no other has it, of a power of two of slots. The low bits of a code
   address are as good as any hash of it, and at hand sooner. Async-signal-safe: yes */
static inline uint64_t clab_rule_hash(uint64_t pc, uint64_t slots) { return pc & (slots - 1); }

/* The slot of a rule. Async-signal-safe: yes */
static inline struct clab_replay *clab_rules_slot(struct clab_rules *rules, uint32_t number) {
  return &rules->replay[rules->known[number].slot];
}

/* Empties the table. Async-signal-safe: yes */
void clab_rules_clear(struct clab_rules *rules);
/* The slot of the rule of `pc`, or NULL. Async-signal-safe: yes */
struct clab_replay *clab_rules_find(struct clab_rules *rules, uint64_t pc, bool exact);
/* Adds the rule of a program counter that has none; returns its slot, `others` if there is no room.
   Other rules may get other slots. Async-signal-safe: yes */
struct clab_replay *clab_rules_add(struct clab_rules *rules, uint64_t pc, bool exact,
                                   const struct clab_rule *rule);
/* Fills in the trace's table "who ate the stack". Async-signal-safe: yes */
void clab_rules_tell(const struct clab_rules *rules, struct clab_trace *trace);

#endif
