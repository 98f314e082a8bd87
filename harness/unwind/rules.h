/*
 * The unwind rules of the program counters met so far, with what their frames took of the stack.
 * A table of fixed size: the walk looks a rule up once a frame.
 */
#ifndef CLAB_RULES_H
#define CLAB_RULES_H

#include "unwind/cfi.h"

enum {
  CLAB_RULE_SLOTS = 1024,
  CLAB_RULES = CLAB_RULE_SLOTS * 3 / 4, /* beyond this load, probes would grow long */
};

/* What the frames of a rule took of the stack, and what the inner loop needs beside the arrays
   below: one cache line. */
struct clab_replay {
  uint64_t frames;
  uint64_t bytes;
  uint64_t last_cfa;      /* of its outermost frame since the last anchor, 0 for none */
  uint64_t saves_fp_mask; /* all ones where the frame pointer is saved */
  int64_t return_offset;
  int64_t fp_offset; /* where the frame pointer is saved; the return address where it is not */
  int64_t lowest;
  int64_t padding;
};

_Static_assert(sizeof(struct clab_replay) == 64, "one cache line");

/* Of which program counter a rule is. */
struct clab_known_rule {
  uint64_t pc;
  uint32_t slot;
  bool exact; /* `pc` is the instruction itself, not a return address */
  struct clab_rule rule;
};

/* A hash table with open addressing. What the address of the next frame waits for is in arrays of
   words by slot; the rest lies densely by number, so that a walk touches few pages (in a forked
   child each costs a fault). Only proved rules of return addresses are replayed: other slots have
   a `cfa_offset` of 0, with which the stack does not grow shorter, so the inner loop leaves them
   alone. Rule 0 is no rule: it counts the frames whose program counter found no room. */
struct clab_rules {
  uint64_t replay_pc[CLAB_RULE_SLOTS];
  uint64_t cfa_offset[CLAB_RULE_SLOTS];
  uint64_t cfa_from_fp_mask[CLAB_RULE_SLOTS]; /* all ones, or 0 for the stack pointer */
  uint16_t number[CLAB_RULE_SLOTS];           /* of the slot's rule, 0 for none */
  uint32_t count;                             /* rules are numbered from 1 to this */
  _Alignas(64) struct clab_replay replay[CLAB_RULES + 1];
  struct clab_known_rule known[CLAB_RULES + 1];
};

/* The low bits of a code address are as good as any hash of it, and at hand sooner.
   Async-signal-safe: yes */
static inline uint64_t clab_rule_hash(uint64_t pc) { return pc % CLAB_RULE_SLOTS; }

/* Empties the table. Async-signal-safe: yes */
void clab_rules_clear(struct clab_rules *rules);
/* The number of the rule of `pc`, or 0. Async-signal-safe: yes */
uint32_t clab_rules_find(const struct clab_rules *rules, uint64_t pc, bool exact);
/* Adds the rule of a program counter that has none; returns its number, 0 if there is no room.
   Async-signal-safe: yes */
uint32_t clab_rules_add(struct clab_rules *rules, uint64_t pc, bool exact,
                        const struct clab_rule *rule);
/* Fills in the trace's table "who ate the stack". Async-signal-safe: yes */
void clab_rules_tell(const struct clab_rules *rules, struct clab_trace *trace);

#endif
