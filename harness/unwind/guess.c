#include "unwind/guess.h"

#include "architecture/dwarf.h"
#include "architecture/prologue.h"
#include "unwind/return_address.h"

enum {
  LARGEST_FRAME = 64 << 20, /* bytes; farther on is another stack */
  MOST_ARGUMENTS = 1 << 20,
  RECORD = 2 * sizeof(uint64_t), /* the caller's frame pointer and the return address */
};

bool clab_guess_hides(uint64_t frames, uint64_t bytes) { return bytes / CLAB_SURE_FRAME > frames; }

/* Where the record of an interrupted function lies. */
static enum clab_prologue interrupted(struct clab_walk *walk) {
  uint8_t code[CLAB_PROLOGUE_BEFORE + CLAB_PROLOGUE_BYTES];
  if (!clab_code_read_checked(&walk->prover.code, walk->pc - CLAB_PROLOGUE_BEFORE, code,
                              sizeof code))
    return CLAB_FRAME_MADE;
  return clab_prologue_at(code + CLAB_PROLOGUE_BEFORE);
}

bool clab_guess_rule(struct clab_walk *walk, struct clab_rule *rule) {
  enum clab_prologue state = CLAB_FRAME_MADE;
  if (walk->exact) {
    if (!clab_is_code(walk, walk->pc))
      return false;
    state = interrupted(walk);
    if (!CLAB_CALL_PUSHES && state != CLAB_FRAME_MADE) {
      *rule = (struct clab_rule){
          .kind = CLAB_RULE_LINK, .guessed = true, .sp_of_caller = state == CLAB_FRAME_NOT_BEGUN};
      return true;
    }
  } else if (!clab_is_code(walk, walk->pc - 1) ||
             (walk->index > 0 && !clab_follows_call(walk, walk->pc))) {
    return false;
  }
  *rule = (struct clab_rule){
      .kind = CLAB_RULE_PROVED,
      .guessed = true,
      .return_signed = true, /* maybe: then an address has other bits there */
      .cfa_from_fp = state == CLAB_FRAME_MADE,
      .saved = state == CLAB_FRAME_NOT_BEGUN ? 0 : 1 << CLAB_SAVED_FP,
      .cfa_offset = state == CLAB_FRAME_NOT_BEGUN ? RECORD / 2 : RECORD,
      .return_offset = -RECORD / 2,
      .lowest = state == CLAB_FRAME_NOT_BEGUN ? -RECORD / 2 : -RECORD,
  };
  for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++)
    rule->saved_offset[i] = rule->return_offset;
  if (rule->saved)
    rule->saved_offset[CLAB_SAVED_FP] = -RECORD;
  return true;
}

/* A return address that the walk has met is one; others are looked at. */
static bool leads_back(struct clab_walk *walk, uint64_t address) {
  return address == 0 || clab_rules_find(&walk->rules, address, false) != NULL ||
         clab_is_return_address(walk, address);
}

bool clab_guess_leads_on(struct clab_walk *walk, const struct clab_rule *rule) {
  uint64_t base = rule->cfa_from_fp ? walk->fp : walk->sp, address, saved;
  uint64_t cfa = base + (uint64_t)(int64_t)rule->cfa_offset;
  if (base < walk->sp || cfa <= walk->sp || base % sizeof base != 0 ||
      cfa - walk->sp > LARGEST_FRAME)
    return false;
  if (!clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->return_offset, &address) ||
      !clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->lowest, &saved) ||
      !leads_back(walk, address & clab_address_bits(&walk->target.registers, rule->return_signed)))
    return false;
  walk->doubtful |= clab_guess_hides(1, cfa - walk->sp);
  return true;
}

bool clab_is_program_entry(struct clab_walk *walk) {
  uint64_t count, first, end;
  return !walk->exact && walk->fp_known && walk->fp == 0 &&
         clab_memory_word(&walk->memory, walk->sp, &count) && count > 0 &&
         count <= MOST_ARGUMENTS &&
         clab_memory_word(&walk->memory, walk->sp + sizeof count, &first) && first != 0 &&
         clab_memory_word(&walk->memory, walk->sp + (count + 1) * sizeof count, &end) && end == 0;
}
