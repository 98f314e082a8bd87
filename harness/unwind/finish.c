#include "unwind/finish.h"

#include "unwind/guess.h"
#include "walk/tell.h"

bool clab_walk_take(struct clab_walk *walk, uint64_t pc, uint64_t sp, uint64_t cfa,
                    uint32_t flags) {
  static const struct clab_rule stepped = {.kind = CLAB_RULE_STEP};
  bool exact = flags & CLAB_FRAME_EXACT_PC;
  struct clab_replay *slot = clab_rules_find(&walk->rules, pc, exact);
  if (slot == NULL)
    slot = clab_rules_add(&walk->rules, pc, exact, &stepped);
  clab_count_frame(slot, sp, cfa, flags & CLAB_FRAME_SIGNAL);
  clab_walk_push(walk, pc, cfa, flags | CLAB_FRAME_STEPPED);
  walk->trace->steps++;
  clab_make_room(walk);
  return clab_walk_visit(walk) && walk->index <= CLAB_FRAME_LIMIT;
}

void clab_walk_finish(struct clab_walk *walk, enum clab_trace_stop stop) {
  struct clab_trace *trace = walk->trace;
  clab_tell(walk, walk->index);
  trace->stop = stop;
  trace->guessed = 0;
  for (uint32_t i = 1; i <= walk->rules.count; i++) {
    const struct clab_replay *slot = clab_rules_slot(&walk->rules, i);
    if (!walk->rules.known[i].rule.guessed)
      continue;
    trace->guessed += slot->frames;
    walk->doubtful |= clab_guess_hides(slot->frames, slot->bytes);
  }
  trace->complete =
      (stop == CLAB_STOP_OUTERMOST || stop == CLAB_STOP_NULL_RETURN) && !walk->doubtful;
  trace->frame_count = walk->index;
  clab_recorder_finish(&walk->recorder);
  clab_rules_tell(&walk->rules, trace);
  trace->stack_bytes = trace->others.bytes;
  for (unsigned i = 0; i < trace->site_count; i++)
    trace->stack_bytes += trace->sites[i].bytes;
}
