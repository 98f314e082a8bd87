#include "walk/rules.h"

#include <string.h>

void clab_rules_clear(struct clab_rules *rules) {
  for (uint32_t i = 1; i <= rules->count; i++)
    memset(clab_rules_slot(rules, i), 0, sizeof rules->replay[0]);
  rules->count = 0;
  memset(&rules->others, 0, sizeof rules->others);
}

struct clab_replay *clab_rules_find(struct clab_rules *rules, uint64_t pc, bool exact) {
  for (uint64_t slot = clab_rule_hash(pc); rules->replay[slot].number != 0;
       slot = (slot + 1) % CLAB_RULE_SLOTS) {
    const struct clab_known_rule *known = &rules->known[rules->replay[slot].number];
    if (known->pc == pc && known->exact == exact)
      return &rules->replay[slot];
  }
  return NULL;
}

struct clab_replay *clab_rules_add(struct clab_rules *rules, uint64_t pc, bool exact,
                                   const struct clab_rule *rule) {
  if (rules->count == CLAB_RULES)
    return &rules->others;
  uint64_t slot = clab_rule_hash(pc);
  while (rules->replay[slot].number != 0)
    slot = (slot + 1) % CLAB_RULE_SLOTS;
  uint32_t number = ++rules->count;
  rules->known[number] = (struct clab_known_rule){pc, (uint32_t)slot, exact, *rule};
  struct clab_replay *replay = &rules->replay[slot];
  replay->number = number;
  if (rule->kind != CLAB_RULE_PROVED || exact)
    return replay;
  replay->pc = pc;
  replay->cfa_offset = rule->cfa_offset;
  replay->cfa_from_fp = rule->cfa_from_fp;
  replay->saves_fp = clab_rule_saves_fp(rule);
  replay->fp_offset = rule->saved_offset[CLAB_SAVED_FP];
  replay->return_offset = rule->return_offset;
  replay->depth = (uint32_t)-rule->lowest;
  replay->guessed = rule->guessed;
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
