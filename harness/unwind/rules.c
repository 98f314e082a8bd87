#include "unwind/rules.h"

#include <string.h>

void clab_rules_clear(struct clab_rules *rules) {
  for (uint32_t i = 1; i <= rules->count; i++) {
    uint32_t slot = rules->known[i].slot;
    rules->replay_pc[slot] = rules->cfa_offset[slot] = rules->cfa_from_fp_mask[slot] = 0;
    rules->number[slot] = 0;
  }
  rules->count = 0;
  memset(&rules->replay[0], 0, sizeof rules->replay[0]);
}

uint32_t clab_rules_find(const struct clab_rules *rules, uint64_t pc, bool exact) {
  for (uint64_t slot = clab_rule_hash(pc); rules->number[slot] != 0;
       slot = (slot + 1) % CLAB_RULE_SLOTS) {
    const struct clab_known_rule *known = &rules->known[rules->number[slot]];
    if (known->pc == pc && known->exact == exact)
      return rules->number[slot];
  }
  return 0;
}

uint32_t clab_rules_add(struct clab_rules *rules, uint64_t pc, bool exact,
                        const struct clab_rule *rule) {
  if (rules->count == CLAB_RULES)
    return 0;
  uint64_t slot = clab_rule_hash(pc);
  while (rules->number[slot] != 0)
    slot = (slot + 1) % CLAB_RULE_SLOTS;
  uint32_t number = ++rules->count;
  rules->number[slot] = (uint16_t)number;
  rules->known[number] = (struct clab_known_rule){pc, (uint32_t)slot, exact, *rule};
  struct clab_replay *replay = &rules->replay[number];
  memset(replay, 0, sizeof *replay);
  if (rule->kind != CLAB_RULE_PROVED || exact)
    return number;
  rules->replay_pc[slot] = pc;
  rules->cfa_offset[slot] = (uint64_t)rule->cfa_offset;
  rules->cfa_from_fp_mask[slot] = rule->cfa_from_fp ? ~UINT64_C(0) : 0;
  replay->return_offset = rule->return_offset;
  replay->fp_offset = rule->saved_offset[CLAB_SAVED_FP];
  replay->lowest = rule->lowest;
  replay->saves_fp_mask = clab_rule_saves_fp(rule) ? ~UINT64_C(0) : 0;
  return number;
}

void clab_rules_tell(const struct clab_rules *rules, struct clab_trace *trace) {
  uint32_t count = 0;
  trace->others = (struct clab_trace_site){0, rules->replay[0].frames, rules->replay[0].bytes};
  for (uint32_t i = 1; i <= rules->count; i++) {
    struct clab_trace_site site = {rules->known[i].pc, rules->replay[i].frames,
                                   rules->replay[i].bytes};
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
