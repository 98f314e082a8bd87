/*
 * The inner loop of irregular chains: frames whose rules are known and whose words lie in the
 * window. One look-up and two loads a frame; the registers other than the frame pointer are left
 * in their save slots.
 *
 * What such a chain costs is not work but waiting: the place of the next frame waits for the return
 * address, for its rule's offset and for two additions, and the processor has nothing else to do.
 * So two pieces of a block are walked at once: one from the frame at hand, the other from a place
 * further on that looks like a frame: a word that is a return address whose rule is known. The
 * second piece is taken only if the first arrives at just the state that it began with; from there
 * on rules and memory say the same of both. Otherwise it is forgotten, and nothing came of it.
 */
#include "walk/replay.h"

#include <string.h>

enum {
  AHEAD = CLAB_BLOCK_MOST / 2 - 2,      /* frames that the first piece will probably have */
  FIRST_MOST = CLAB_BLOCK_MOST / 2 + 8, /* frames that it may have */
  SECOND_MOST = CLAB_BLOCK_MOST - FIRST_MOST,
  SEARCHED = 64,       /* words that are looked at for the second piece's beginning */
  MOST_ALONE = 64,     /* blocks that are walked in one piece after guesses were wrong */
  FARTHEST = 64 << 10, /* bytes that the second piece may begin ahead */
  /* Bytes: the pieces leap over one another, which no processor's own prefetcher foresees. */
  PREFETCHED = 6 << 10,
};

/* A piece of the chain: where it has come to, and where its next frame is to be noted. */
struct piece {
  uint64_t pc, sp, fp;
  struct clab_history_frame *next;
};

/* Walks one frame. False, and nothing done, if that takes more than replaying. Nothing here but the
   end of a piece is a branch that could be mispredicted. The window ends at `high`, and the stack
   pointer lies in it. */
CLAB_READS_FOREIGN_MEMORY
static inline __attribute__((always_inline)) bool
advance(struct clab_walk *walk, uint64_t slots, uint64_t high, uint64_t bias, struct piece *piece) {
  struct clab_replay *const replay = walk->rules.replay;
  const uint64_t pc = piece->pc, sp = piece->sp, fp = piece->fp;
  if (pc == 0) /* no caller; and an empty slot looks like its rule */
    return false;
  uint64_t slot = clab_rule_hash(pc, slots);
  struct clab_replay *rule = &replay[slot];
  if (__builtin_expect(rule->pc != pc, 0)) {
    rule = &replay[(slot + 1) & (slots - 1)];
    if (rule->pc != pc)
      return false;
  }
  uint64_t base = __builtin_unpredictable(rule->cfa_from_fp) ? fp : sp;
  uint64_t cfa = base + (uint64_t)(int64_t)rule->cfa_offset;
  if (cfa - (sp + rule->depth) > rule->range || cfa > high)
    return false;
  uint64_t host = cfa + bias;
  __builtin_prefetch((const void *)(uintptr_t)(host + PREFETCHED));
  piece->pc = *(const clab_word *)(uintptr_t)(host + (uint64_t)(int64_t)CLAB_RETURN_OFFSET(rule)) &
              clab_address_bits(&walk->target.registers, rule->return_signed);
  uint64_t saved = *(const clab_word *)(uintptr_t)(host + (uint64_t)(int64_t)rule->fp_offset);
  piece->fp = __builtin_unpredictable(rule->saves_fp) ? saved : fp;
  piece->sp = cfa;
  *piece->next++ = (struct clab_history_frame){pc, cfa};
  rule->frames++;
  rule->bytes += cfa - sp;
  /* The piece ahead may have met the rule farther out. */
  rule->last_cfa = rule->last_cfa > cfa ? rule->last_cfa : cfa;
  return true;
}

/* Guesses a frame about as far on as the last frames reach back. */
CLAB_READS_FOREIGN_MEMORY
static bool look_ahead(struct clab_walk *walk, struct piece *piece) {
  const struct clab_memory *memory = &walk->memory;
  if (!CLAB_CALL_PUSHES || walk->index < AHEAD + 1 || walk->rules.count > CLAB_AHEAD_RULES)
    return false;
  uint64_t distance = walk->sp - clab_walk_frame(walk, walk->index - 1 - AHEAD)->cfa;
  uint64_t address = walk->sp + (distance & ~UINT64_C(7));
  if (distance > FARTHEST || !clab_memory_holds(memory, address, (SEARCHED + 1) * sizeof address))
    return false;
  const clab_word *words = (const clab_word *)(uintptr_t)(address + memory->bias);
  for (unsigned i = 1; i <= SEARCHED; i++) {
    uint64_t pc = words[i];
    if (pc == 0 || walk->rules.replay[clab_rule_hash(pc, walk->rules.slots)].pc != pc)
      continue;
    piece->pc = pc;
    piece->sp = address + (i + 1) * sizeof pc;
    piece->fp = words[i - 1];
    return true;
  }
  return false;
}

/* The slot of a frame that was replayed. */
static struct clab_replay *slot_of(struct clab_rules *rules,
                                   const struct clab_history_frame *frame) {
  uint64_t slot = clab_rule_hash(frame->pc, rules->slots);
  return &rules->replay[rules->replay[slot].pc == frame->pc ? slot
                                                            : (slot + 1) & (rules->slots - 1)];
}

/* Whether a piece that began as `beginning` is the continuation of the first. Frame pointers may
   differ if that of the beginning was not needed: it was handed through, or another one was
   restored before. */
static bool continues(struct clab_walk *walk, const struct piece *first,
                      const struct piece *beginning, struct piece *second) {
  if (first->pc != beginning->pc || first->sp != beginning->sp)
    return false;
  if (first->fp == beginning->fp)
    return true;
  for (const struct clab_history_frame *frame = beginning->next; frame < second->next; frame++) {
    const struct clab_replay *slot = slot_of(&walk->rules, frame);
    if (slot->cfa_from_fp)
      return false;
    if (slot->saves_fp)
      return true;
  }
  second->fp = first->fp;
  return true;
}

/* Forgets what the frames of a wrong guess were counted as. */
static void forget(struct clab_walk *walk, const struct piece *beginning, const struct piece *end) {
  uint64_t sp = beginning->sp;
  for (const struct clab_history_frame *frame = beginning->next; frame < end->next; frame++) {
    struct clab_replay *slot = slot_of(&walk->rules, frame);
    slot->frames--;
    slot->bytes -= frame->cfa - sp;
    sp = frame->cfa;
  }
  for (uint32_t i = 1; i <= walk->rules.count; i++)
    clab_rules_slot(&walk->rules, i)->last_cfa = walk->last_cfas[i];
}

/* Walks a block in two pieces. False if the guess at the second was wrong: then only the first has
   come on. */
CLAB_READS_FOREIGN_MEMORY
static bool replay_both(struct clab_walk *walk, struct piece *first, struct piece *second) {
  const uint64_t high = walk->memory.high, bias = walk->memory.bias;
  const uint64_t slots = walk->rules.slots;
  const struct piece start = *first, beginning = *second;
  struct piece a = *first, b = *second;
  const struct clab_history_frame *a_end = a.next + FIRST_MOST;
  const struct clab_history_frame *b_end = b.next + SECOND_MOST;
  for (uint32_t i = 1; i <= walk->rules.count; i++)
    walk->last_cfas[i] = clab_rules_slot(&walk->rules, i)->last_cfa;
  while (a.sp < beginning.sp && a.next < a_end && advance(walk, slots, high, bias, &a))
    if (b.next < b_end && !advance(walk, slots, high, bias, &b))
      b_end = b.next;
  bool is_right = continues(walk, &a, &beginning, &b);
  if (!is_right) {
    forget(walk, &beginning, &b);
    for (const struct clab_history_frame *frame = start.next; frame < a.next; frame++)
      slot_of(&walk->rules, frame)->last_cfa = frame->cfa;
  }
  *first = a;
  *second = b;
  return is_right;
}

/* Puts the frames of a piece into the history, and leaves the walk behind them. */
static void commit(struct clab_walk *walk, const struct clab_history_frame *frames,
                   const struct piece *piece) {
  uint64_t count = (uint64_t)(piece->next - frames), place = walk->index % CLAB_HISTORY;
  uint64_t part = count < CLAB_HISTORY - place ? count : CLAB_HISTORY - place;
  memcpy(&walk->history[place], frames, part * sizeof frames[0]);
  memcpy(&walk->history[0], frames + part, (count - part) * sizeof frames[0]);
  memset(&walk->flags[place], 0, part);
  memset(&walk->flags[0], 0, count - part);
  walk->trace->replayed += count;
  walk->index += count;
  walk->pc = piece->pc;
  walk->sp = piece->sp;
  walk->fp = piece->fp;
}

/* A frame of a guess whose return address is not known yet is no frame before that was looked at:
   it is walked again by other means. `sp` is where the first of the frames began. */
static void doubt_last(struct clab_walk *walk, const struct clab_history_frame *frames, uint64_t sp,
                       struct piece *piece) {
  if (piece->next == frames || piece->pc == 0)
    return;
  const struct clab_history_frame *last = piece->next - 1;
  struct clab_replay *slot = slot_of(&walk->rules, last);
  if (!slot->guessed || clab_rules_find(&walk->rules, piece->pc, false) != NULL)
    return;
  uint64_t cfa = last->cfa;
  piece->next--;
  piece->pc = last->pc;
  piece->sp = piece->next == frames ? sp : (last - 1)->cfa;
  piece->fp = cfa - (uint64_t)slot->cfa_offset;
  slot->frames--;
  slot->bytes -= cfa - piece->sp;
}

CLAB_READS_FOREIGN_MEMORY
bool clab_walk_replay(struct clab_walk *walk, uint64_t budget) {
  const uint64_t high = walk->memory.high, bias = walk->memory.bias, end = walk->index + budget;
  if (walk->exact || !walk->fp_known || !walk->sp_known || walk->sp < walk->memory.low ||
      walk->sp > high)
    return false;
  struct piece piece = {walk->pc, walk->sp, walk->fp, walk->replayed[0]};
  struct piece second = {.next = walk->replayed[1]};
  if (budget == CLAB_BLOCK_MOST && walk->alone > 0) {
    walk->alone--;
  } else if (budget == CLAB_BLOCK_MOST && look_ahead(walk, &second)) {
    bool is_right = replay_both(walk, &piece, &second);
    commit(walk, walk->replayed[0], &piece);
    if (is_right) {
      commit(walk, walk->replayed[1], &second);
      piece = second;
      walk->patience = 1;
    } else {
      walk->alone = walk->patience;
      if (walk->patience < MOST_ALONE)
        walk->patience *= 2;
    }
    piece.next = walk->replayed[0];
  }
  const struct clab_history_frame *last = piece.next + (end - walk->index);
  const uint64_t sp = piece.sp, slots = walk->rules.slots;
  while (piece.next < last && advance(walk, slots, high, bias, &piece)) {
  }
  doubt_last(walk, walk->replayed[0], sp, &piece);
  commit(walk, walk->replayed[0], &piece);
  return walk->index == end;
}
