/*
 * Repetition: recognised in the history, verified in the stack, told with a count.
 *
 * A run of period p repeats when the next p frames have the same program counters and the same
 * frame sizes as the last p. All rules of the period are proved, so of each further frame only
 * what its rule reads from the stack can differ: the return address, and the frame pointer where
 * the CFA of some frame is derived from it. Both are read for every frame and compared; the other
 * registers a walk would restore stay in the save slots of the last period.
 */
#include "walk/fold.h"

#include "walk/tell.h"

#include <string.h>

enum {
  LEAST_MATCH = 4, /* frames that must repeat the period before a run is tried */
  SHORTEST_RUN = 64,
  SHORT_RUN = 4096 /* after a shorter run the next attempt is not hastened */
};

/* Words to compare in each repetition. `offset` is from the CFA of the last frame before it. Of a
   return address that is signed only the address repeats: the signature is of the stack pointer,
   too. */
struct check {
  int64_t offset;
  uint64_t value;
  uint64_t kept; /* bits to compare */
};

/* Whether a word is other than a check wants it. Async-signal-safe: yes */
static inline uint64_t differs(uint64_t word, const struct check *check) {
  uint64_t bits = word ^ check->value;
  return CLAB_RETURNS_SIGNED ? bits & check->kept : bits;
}

struct run {
  unsigned period;
  uint64_t stride;
  unsigned fixed_count, sliding_count;
  int64_t lowest, highest;                /* of all offsets */
  struct check fixed[CLAB_FOLD_PERIOD];   /* return addresses: the same in each repetition */
  struct check sliding[CLAB_FOLD_PERIOD]; /* frame pointers: `value` above the base */
  int64_t last_fp_offset;                 /* where the last frame of a repetition saves fp */
  bool saves_fp;
};

static struct run the_run; /* too large for an alternate stack; guarded as the walk is */

static void add_check(struct run *run, struct check *checks, unsigned *count, int64_t offset,
                      uint64_t value, uint64_t kept) {
  checks[(*count)++] = (struct check){offset, value, kept};
  if (offset < run->lowest)
    run->lowest = offset;
  if (offset > run->highest)
    run->highest = offset;
}

/* Describes the repetition that would follow the last `period` frames. False when it can't be. */
static bool describe(struct clab_walk *walk, unsigned period, struct run *run) {
  const struct clab_rule *rules[CLAB_FOLD_PERIOD];
  uint64_t first = walk->index - period;
  uint64_t base = walk->sp;
  run->period = period;
  run->stride = base - clab_walk_frame(walk, first - 1)->cfa;
  run->fixed_count = run->sliding_count = 0;
  run->lowest = INT64_MAX;
  run->highest = INT64_MIN;
  run->saves_fp = false;
  if ((int64_t)run->stride <= 0)
    return false;
  for (unsigned i = 0; i < period; i++) {
    const struct clab_replay *slot =
        clab_rules_find(&walk->rules, clab_walk_frame(walk, first + i)->pc, false);
    if (slot == NULL || slot->pc == 0)
      return false;
    rules[i] = &walk->rules.known[slot->number].rule;
  }
  for (unsigned i = 0; i < period; i++) {
    int64_t cfa = (int64_t)(clab_walk_frame(walk, first + i)->cfa + run->stride - base);
    add_check(run, run->fixed, &run->fixed_count, cfa + rules[i]->return_offset,
              clab_walk_frame(walk, first + (i + 1) % period)->pc,
              clab_address_bits(&walk->target.registers, rules[i]->return_signed));
    if (clab_rule_saves_fp(rules[i])) {
      run->saves_fp = true;
      run->last_fp_offset = cfa + rules[i]->saved_offset[CLAB_SAVED_FP];
    }
  }
  for (unsigned i = 0; i < period; i++) {
    if (!rules[i]->cfa_from_fp)
      continue;
    /* The frame pointer that frame i uses was saved by the nearest frame inwards that saves it,
       maybe one of the repetition before. */
    int64_t cfa = (int64_t)(clab_walk_frame(walk, first + i)->cfa + run->stride - base);
    unsigned back = 1;
    while (back <= period && !clab_rule_saves_fp(rules[(i + period - back) % period]))
      back++;
    if (back > period)
      return false;
    unsigned saver = (i + period - back) % period;
    uint64_t expected = (uint64_t)(cfa - rules[i]->cfa_offset);
    if (back > i) {
      if (walk->fp != base + expected)
        return false;
      expected += run->stride;
    }
    int64_t saver_cfa = (int64_t)(clab_walk_frame(walk, first + saver)->cfa + run->stride - base);
    add_check(run, run->sliding, &run->sliding_count,
              saver_cfa + rules[saver]->saved_offset[CLAB_SAVED_FP], expected, UINT64_MAX);
  }
  return true;
}

/* One check a repetition, the commonest run of all: eight at a time, as fast as memory delivers. */
CLAB_READS_FOREIGN_MEMORY
static uint64_t verify_one(const uint8_t *word, uint64_t stride, const struct check *check,
                           uint64_t most) {
  const struct check wanted = *check;
  uint64_t done = 0;
  for (; most - done >= 8; done += 8) {
    uint64_t differ = differs(*(const clab_word *)word, &wanted) |
                      differs(*(const clab_word *)(word + stride), &wanted);
    const uint8_t *next = word + 2 * stride;
    differ |= differs(*(const clab_word *)next, &wanted) |
              differs(*(const clab_word *)(next + stride), &wanted);
    next += 2 * stride;
    differ |= differs(*(const clab_word *)next, &wanted) |
              differs(*(const clab_word *)(next + stride), &wanted);
    next += 2 * stride;
    differ |= differs(*(const clab_word *)next, &wanted) |
              differs(*(const clab_word *)(next + stride), &wanted);
    if (differ)
      break;
    word = next + 2 * stride;
  }
  for (; done < most && !differs(*(const clab_word *)word, &wanted); done++)
    word += stride;
  return done;
}

/* A return address and a frame pointer a repetition: the commonest run of code with frame
   pointers. */
CLAB_READS_FOREIGN_MEMORY
static uint64_t verify_pair(const uint8_t *host, const struct run *run, uint64_t base,
                            uint64_t most) {
  const uint8_t *word = host + run->fixed[0].offset, *link = host + run->sliding[0].offset;
  const uint64_t stride = run->stride;
  const struct check wanted = run->fixed[0];
  uint64_t expected = base + run->sliding[0].value, done = 0;
  for (; most - done >= 4; done += 4) {
    uint64_t differ =
        differs(*(const clab_word *)word, &wanted) | (*(const clab_word *)link ^ expected);
    differ |= differs(*(const clab_word *)(word + stride), &wanted) |
              (*(const clab_word *)(link + stride) ^ (expected + stride));
    const uint8_t *word2 = word + 2 * stride, *link2 = link + 2 * stride;
    uint64_t expected2 = expected + 2 * stride;
    differ |= differs(*(const clab_word *)word2, &wanted) | (*(const clab_word *)link2 ^ expected2);
    differ |= differs(*(const clab_word *)(word2 + stride), &wanted) |
              (*(const clab_word *)(link2 + stride) ^ (expected2 + stride));
    if (differ)
      break;
    word = word2 + 2 * stride;
    link = link2 + 2 * stride;
    expected = expected2 + 2 * stride;
  }
  for (; done < most && !differs(*(const clab_word *)word, &wanted) &&
         *(const clab_word *)link == expected;
       done++) {
    word += stride;
    link += stride;
    expected += stride;
  }
  return done;
}

/* How many of at most `most` repetitions from `base` on are as described. */
CLAB_READS_FOREIGN_MEMORY
static uint64_t verify(const struct run *run, uint64_t base, uint64_t bias, uint64_t most) {
  const uint8_t *host = (const uint8_t *)(uintptr_t)(base + bias);
  if (run->fixed_count == 1 && run->sliding_count == 0)
    return verify_one(host + run->fixed[0].offset, run->stride, &run->fixed[0], most);
  if (run->fixed_count == 1 && run->sliding_count == 1)
    return verify_pair(host, run, base, most);
  uint64_t done = 0;
  for (; done < most; done++) {
    uint64_t differ = 0;
    for (unsigned i = 0; i < run->fixed_count; i++)
      differ |= differs(*(const clab_word *)(host + run->fixed[i].offset), &run->fixed[i]);
    for (unsigned i = 0; i < run->sliding_count; i++)
      differ |=
          (*(const clab_word *)(host + run->sliding[i].offset) - base) ^ run->sliding[i].value;
    if (differ)
      break;
    host += run->stride;
    base += run->stride;
  }
  return done;
}

/* Verifies repetitions to the end of the run, moving the window along. */
static uint64_t verify_all(struct clab_walk *walk, const struct run *run) {
  struct clab_memory *memory = &walk->memory;
  uint64_t base = walk->sp, total = 0;
  bool moved = false;
  for (;;) {
    uint64_t lowest = base + (uint64_t)run->lowest;
    uint64_t needs = (uint64_t)(run->highest - run->lowest) + sizeof(uint64_t);
    if (!clab_memory_holds(memory, lowest, needs)) {
      if (moved || !clab_memory_move(memory, lowest))
        return total;
      moved = true;
      continue;
    }
    moved = false;
    uint64_t most = (memory->high - lowest - needs) / run->stride + 1;
    uint64_t done = verify(run, base, memory->bias, most);
    total += done;
    base += done * run->stride;
    if (done < most)
      return total;
  }
}

/* Counts the frames of the run as if each had been walked. */
static void account(struct clab_walk *walk, const struct run *run, uint64_t repetitions) {
  uint64_t first = walk->index - run->period;
  for (unsigned i = 0; i < run->period; i++) {
    const struct clab_history_frame *frame = clab_walk_frame(walk, first + i);
    struct clab_replay *slot = clab_rules_find(&walk->rules, frame->pc, false);
    slot->frames += repetitions;
    slot->bytes += repetitions * clab_walk_size(walk, first + i);
    slot->last_cfa = frame->cfa + repetitions * run->stride;
  }
  walk->trace->verified += repetitions * run->period;
}

static bool visit_run(struct clab_walk *walk, const struct run *run, uint64_t repetitions) {
  uint64_t first = walk->index - run->period;
  if (walk->visitor == NULL)
    return true;
  for (uint64_t k = 1; k <= repetitions; k++)
    for (unsigned i = 0; i < run->period; i++) {
      const struct clab_history_frame *frame = clab_walk_frame(walk, first + i);
      if (!walk->visitor(walk->visitor_context, walk->visited++, frame->pc,
                         frame->cfa + k * run->stride))
        return false;
    }
  return true;
}

/* Takes a verified run: tells it from where its repetition began in the history, and leaves the
   walk behind its last frame. */
static void take(struct clab_walk *walk, const struct run *run, uint64_t begin,
                 uint64_t repetitions) {
  unsigned period = run->period;
  uint64_t skipped = repetitions * period, shift = repetitions * run->stride;
  if (begin < walk->told)
    begin = walk->told;
  /* Once the head is full, only so many frames before a run can still come into the tail. */
  if (clab_recorder_head_full(&walk->recorder) && begin - walk->told > CLAB_TRACE_TAIL)
    walk->told = begin - CLAB_TRACE_TAIL;
  clab_tell(walk, begin);
  uint64_t whole = (walk->index + skipped - begin) / period;
  uint64_t rest = (walk->index + skipped - begin) % period;
  clab_tell_period(walk, begin, period, whole);
  /* The frames that do not fill a period stay untold; the history begins with them, and with
     the CFA of the frame before them. */
  struct clab_history_frame remaining[CLAB_FOLD_PERIOD + 1];
  for (uint64_t i = 0; i <= rest; i++) {
    remaining[i] = *clab_walk_frame(walk, walk->index - rest - 1 + i);
    remaining[i].cfa += shift;
  }
  walk->index += skipped;
  for (uint64_t i = 0; i <= rest; i++) {
    *clab_walk_frame(walk, walk->index - rest - 1 + i) = remaining[i];
    *clab_walk_flags(walk, walk->index - rest - 1 + i) = 0;
  }
  walk->told = walk->proved_since = walk->index - rest;
  walk->sp += shift;
  if (run->saves_fp)
    clab_memory_word(&walk->memory, walk->sp - run->stride + (uint64_t)run->last_fp_offset,
                     &walk->fp);
}

/* The periods p (bit p - 1) with which the newest frames, and the one to be walked next, repeat:
   all but the right ones drop out within a few frames. The first look is without branches, because
   in an irregular chain none of them could be predicted. */
static uint64_t candidates(struct clab_walk *walk, uint64_t available) {
  uint64_t most = available / 2 < CLAB_FOLD_PERIOD ? available / 2 : CLAB_FOLD_PERIOD;
  uint64_t found = 0, end = walk->index;
  uint64_t newest = clab_walk_frame(walk, end - 1)->pc;
  for (unsigned p = CLAB_FOLD_PERIOD; p >= 1; p--)
    found = found << 1 | ((uint64_t)(clab_walk_frame(walk, end - p)->pc == walk->pc) &
                          (uint64_t)(clab_walk_frame(walk, end - 1 - p)->pc == newest));
  found &= most == 0 ? 0 : ~UINT64_C(0) >> (64 - most);
  for (unsigned back = 2; back < LEAST_MATCH && found != 0; back++) {
    uint64_t pc = clab_walk_frame(walk, end - back)->pc, same = 0;
    for (uint64_t left = found; left != 0; left &= left - 1) {
      unsigned p = (unsigned)__builtin_ctzll(left) + 1;
      same |= (uint64_t)(clab_walk_frame(walk, end - back - p)->pc == pc) << (p - 1);
    }
    found = same;
  }
  return found;
}

bool clab_fold(struct clab_walk *walk) {
  struct run *run = &the_run;
  uint64_t end = walk->index, available = end - walk->proved_since;
  if (available > CLAB_HISTORY - 2)
    available = CLAB_HISTORY - 2;
  for (uint64_t left = candidates(walk, available); left != 0; left &= left - 1) {
    unsigned period = (unsigned)__builtin_ctzll(left) + 1;
    uint64_t same = 0;
    while (same + period < available &&
           clab_same_frame(walk, end - 1 - same, end - 1 - same - period))
      same++;
    if (same < period || same < LEAST_MATCH || !describe(walk, period, run))
      continue;
    uint64_t repetitions = verify_all(walk, run);
    /* In a long irregular chain, short runs cost more to tell than they save. */
    if (repetitions * period < (walk->block < SHORTEST_RUN ? walk->block / 2 : SHORTEST_RUN))
      continue;
    account(walk, run, repetitions);
    bool go_on = visit_run(walk, run, repetitions);
    take(walk, run, end - same - period, repetitions);
    walk->block = repetitions * period < SHORT_RUN ? CLAB_BLOCK_MOST : CLAB_BLOCK_FIRST;
    return go_on;
  }
  if (walk->block < CLAB_BLOCK_MOST)
    walk->block *= 2;
  return true;
}
