#include "walk/tell.h"

uint64_t clab_walk_size(struct clab_walk *walk, uint64_t index) {
  return clab_walk_frame(walk, index)->cfa - clab_walk_frame(walk, index - 1)->cfa;
}

bool clab_same_frame(struct clab_walk *walk, uint64_t a, uint64_t b) {
  const struct clab_history_frame *x = clab_walk_frame(walk, a), *y = clab_walk_frame(walk, b);
  return x->pc == y->pc && clab_walk_size(walk, a) == clab_walk_size(walk, b) &&
         *clab_walk_flags(walk, a) == *clab_walk_flags(walk, b);
}

/* What the frame was flagged as, or its rule, by which frames are replayed without flags. */
static uint32_t flags_of(struct clab_walk *walk, uint64_t index) {
  uint32_t flags = *clab_walk_flags(walk, index);
  const struct clab_replay *slot =
      flags == 0 ? clab_rules_find(&walk->rules, clab_walk_frame(walk, index)->pc, false) : NULL;
  bool guessed = slot != NULL && walk->rules.known[slot->number].rule.guessed;
  return guessed ? flags | CLAB_FRAME_GUESSED : flags;
}

void clab_tell_period(struct clab_walk *walk, uint64_t first, unsigned period, uint64_t count) {
  uint64_t stride =
      clab_walk_frame(walk, first + period - 1)->cfa - clab_walk_frame(walk, first - 1)->cfa;
  for (unsigned i = 0; i < period; i++) {
    const struct clab_history_frame *frame = clab_walk_frame(walk, first + i);
    uint64_t size = clab_walk_size(walk, first + i);
    struct clab_frame entry = {
        .index = first + i,
        .count = count,
        .pc = frame->pc,
        .cfa = frame->cfa,
        .frame_size = (int64_t)size > 0 ? size : 0,
        .stride = count > 1 ? stride : 0,
        .period = period,
        .flags = flags_of(walk, first + i),
    };
    clab_recorder_add(&walk->recorder, &entry);
  }
}

/* The periods p (bit p - 1) with which the program counters of `first` and of what follows may
   repeat at least twice before `end`. Without branches: in an irregular chain none of them could be
   predicted. */
static uint64_t periods(struct clab_walk *walk, uint64_t first, uint64_t end) {
  uint64_t pc = clab_walk_frame(walk, first)->pc, found = 0, most = (end - first) / 3;
  if (most > CLAB_FOLD_PERIOD)
    most = CLAB_FOLD_PERIOD;
  for (uint64_t p = most; p >= 1; p--)
    found = found << 1 | (clab_walk_frame(walk, first + p)->pc == pc);
  return found;
}

void clab_tell(struct clab_walk *walk, uint64_t end) {
  while (walk->told < end) {
    uint64_t first = walk->told;
    uint64_t count = 1;
    unsigned period = 1;
    for (uint64_t left = periods(walk, first, end); left != 0; left &= left - 1) {
      unsigned p = (unsigned)__builtin_ctzll(left) + 1;
      uint64_t same = 0;
      while (first + p + same < end && clab_same_frame(walk, first + same, first + p + same))
        same++;
      if (same >= 2 * p) {
        period = p;
        count = same / p + 1;
        break;
      }
    }
    clab_tell_period(walk, first, period, count);
    walk->told += count * period;
  }
}

void clab_make_room(struct clab_walk *walk) {
  enum { MOST = CLAB_HISTORY - CLAB_BLOCK_MOST - 2, RECENT = 4 * CLAB_FOLD_PERIOD };
  bool head_full = clab_recorder_head_full(&walk->recorder);
  uint64_t kept = head_full ? RECENT : MOST;
  if (walk->index - walk->told <= kept)
    return;
  if (!head_full)
    clab_tell(walk, walk->index - kept);
  walk->told = walk->index - kept;
}
