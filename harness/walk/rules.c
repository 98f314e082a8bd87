#include "walk/rules.h"

#include <string.h>

void clab_rules_clear(struct clab_rules *rules) {
  for (uint32_t i = 1; i <= rules->count; i++)
    memset(clab_rules_slot(rules, i), 0, sizeof rules->replay[0]);
  rules->count = 0;
  rules->slots = CLAB_FEW_SLOTS;
  memset(&rules->others, 0, sizeof rules->others);
}

struct clab_replay *clab_rules_find(struct clab_rules *rules, uint64_t pc, bool exact) {
  for (uint64_t slot = clab_rule_hash(pc, rules->slots); rules->replay[slot].number != 0;
       slot = (slot + 1) & (rules->slots - 1)) {
    const struct clab_known_rule *known = &rules->known[rules->replay[slot].number];
    if (known->pc == pc && known->exact == exact)
      return &rules->replay[slot];
  }
  return NULL;
}

/* The free slot that a new rule gets. */
static uint64_t free_slot(const struct clab_rules *rules, uint64_t pc) {
  uint64_t slot = clab_rule_hash(pc, rules->slots);
  while (rules->replay[slot].number != 0)
    slot = (slot + 1) & (rules->slots - 1);
  return slot;
}

/* From few slots to all. */
static void spread(struct clab_rules *rules) {
  struct clab_replay few[CLAB_FEW_RULES];
  for (uint32_t i = 1; i <= rules->count; i++) {
    few[i - 1] = *clab_rules_slot(rules, i);
    memset(clab_rules_slot(rules, i), 0, sizeof few[0]);
  }
  rules->slots = CLAB_RULE_SLOTS;
  for (uint32_t i = 1; i <= rules->count; i++) {
    uint64_t slot = free_slot(rules, rules->known[i].pc);
    rules->replay[slot] = few[i - 1];
    rules->known[i].slot = (uint32_t)slot;
  }
}

struct clab_replay *clab_rules_add(struct clab_rules *rules, uint64_t pc, bool exact,
                                   const struct clab_rule *rule) {
  if (rules->count == CLAB_RULES)
    return &rules->others;
  uint64_t slot = free_slot(rules, pc);
  uint64_t behind = (slot - clab_rule_hash(pc, rules->slots)) & (rules->slots - 1);
  if (rules->slots == CLAB_FEW_SLOTS && (rules->count == CLAB_FEW_RULES || behind > CLAB_NEAR)) {
    spread(rules);
    slot = free_slot(rules, pc);
  }
  uint32_t number = ++rules->count;
  rules->known[number] = (struct clab_known_rule){pc, (uint32_t)slot, exact, *rule};
  struct clab_replay *replay = &rules->replay[slot];
  replay->number = number;
  /* Where a guess leaves the stack pointer unknown, each frame is looked at. */
  if (rule->kind != CLAB_RULE_PROVED || exact || (rule->guessed && !CLAB_RECORD_ENDS_FRAME))
    return replay;
  replay->pc = pc;
  replay->cfa_offset = rule->cfa_offset;
  replay->cfa_from_fp = rule->cfa_from_fp;
  replay->saves_fp = clab_rule_saves_fp(rule);
  replay->fp_offset = rule->saved_offset[CLAB_SAVED_FP];
  replay->return_offset = rule->return_offset;
  replay->depth = (uint32_t)-rule->lowest;
  replay->guessed = rule->guessed;
  replay->return_signed = rule->return_signed;
  /* A larger one is looked at before it is believed. */
  replay->range = rule->guessed ? CLAB_SURE_FRAME : INT64_MAX;
  return replay;
}

void clab_rules_tell(const struct clab_rules *rules, struct clab_trace *trace) {
  uint32_t count = 0;
  trace->others = (struct clab_trace_site){0, rules->others.frames, rules->others.bytes};
  for (uint32_t i = 1; i <= rules->count; i++) {
    const struct clab_replay *replay = &rules->replay[rules->known[i].slot];
    struct clab_trace_site site = {rules->known[i].pc, replay->frames, replay->bytes};
    uint32_t place = count;
    while (place > 0 && trace->sites[place - 1].bytes < site.bytes)
      place--;
    if (count == CLAB_TRACE_SITES) {
      const struct clab_trace_site *least = place < count ? &trace->sites[count - 1] : &site;
      trace->others.frames += least->frames;
      trace->others.bytes += least->bytes;
      if (place == count)
        continue;
    } else {
      count++;
    }
    memmove(&trace->sites[place + 1], &trace->sites[place],
            (count - 1 - place) * sizeof trace->sites[0]);
    trace->sites[place] = site;
  }
  trace->site_count = count;
}
