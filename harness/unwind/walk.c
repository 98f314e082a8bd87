#include "unwind/step.h"

#include <stdatomic.h>
#include <string.h>

/* A longer chain is taken for a corrupt one: a stack of 8 GiB in frames of 32 bytes. */
static const uint64_t FRAME_LIMIT = UINT64_C(1) << 28;

enum {
  MOST_TURNS = 64,              /* stacks that a sound chain may change to, at lower addresses */
  MOST_SIGNAL_FRAME = 64 << 10, /* larger steps over a signal frame change the stack */
};

static struct clab_walk the_walk;
static atomic_flag taken = ATOMIC_FLAG_INIT;

struct clab_walk *clab_walk_acquire(void) {
  return atomic_flag_test_and_set(&taken) ? NULL : &the_walk;
}

static void clear(struct clab_trace *trace) {
  memset(trace, 0, offsetof(struct clab_trace, entries));
  memset(&trace->others, 0, sizeof trace->others);
}

struct clab_walk *clab_walk_acquire_for(uint32_t mode, struct clab_trace *trace) {
  struct clab_walk *walk = mode == CLAB_UNWIND_NONE ? NULL : clab_walk_acquire();
  if (walk == NULL) {
    clear(trace);
    trace->stop = mode == CLAB_UNWIND_NONE ? CLAB_STOP_NONE : CLAB_STOP_BUSY;
  }
  return walk;
}

void clab_walk_release(void) { atomic_flag_clear(&taken); }

/* Makes `registers` the state of the frame to be walked next. */
static void anchor(struct clab_walk *walk, const struct clab_registers *registers) {
  walk->anchor = *registers;
  walk->pc = registers->value[CLAB_REG_PC];
  walk->sp = registers->value[CLAB_REG_SP];
  walk->fp = registers->value[CLAB_REG_FP];
  for (uint32_t i = 1; i <= walk->rules.count; i++)
    clab_rules_slot(&walk->rules, i)->last_cfa = 0;
}

void clab_walk_begin(struct clab_walk *walk, const struct clab_target *target,
                     const struct clab_stack_range *direct, bool own_images,
                     struct clab_trace *trace) {
  walk->target = *target;
  walk->trace = trace;
  walk->visitor = NULL;
  clear(trace);
  clab_memory_init(&walk->memory, &walk->target, direct, walk->window);
  clab_code_init(&walk->cfi.code, &walk->target, own_images);
  clab_recorder_init(&walk->recorder, trace);
  clab_rules_clear(&walk->rules);
  memset(&walk->image, 0, sizeof walk->image);
  walk->cfi.context.known = false;
  walk->index = walk->told = walk->visited = 0;
  walk->exact = true;
  walk->proved_since = 0;
  walk->block = CLAB_BLOCK_FIRST;
  walk->alone = 0;
  walk->patience = 1;
  walk->turns = 0;
  anchor(walk, &target->registers);
  clab_walk_frame(walk, walk->index - 1)->cfa = walk->sp;
}

bool clab_walk_image(struct clab_walk *walk, uint64_t pc) {
  if (pc >= walk->image.low && pc < walk->image.high)
    return true;
  struct clab_image image;
  if (!walk->target.find_image(walk->target.context, pc, &image))
    return false;
  walk->image = walk->cfi.code.image = image;
  return true;
}

void clab_walk_registers(struct clab_walk *walk, struct clab_registers *registers) {
  *registers = walk->anchor;
  for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++) {
    /* The frame that saved the register last holds the caller's value. */
    uint64_t cfa = 0, value;
    int32_t offset = 0;
    for (uint32_t j = 1; j <= walk->rules.count; j++) {
      uint64_t last = clab_rules_slot(&walk->rules, j)->last_cfa;
      const struct clab_rule *rule = &walk->rules.known[j].rule;
      if (last > cfa && rule->saved >> i & 1) {
        cfa = last;
        offset = rule->saved_offset[i];
      }
    }
    if (cfa == 0)
      continue;
    uint64_t bit = UINT64_C(1) << clab_saved_registers[i];
    if (clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)offset, &value)) {
      registers->value[clab_saved_registers[i]] = value;
      registers->valid |= bit;
    } else {
      registers->valid &= ~bit;
    }
  }
  registers->value[CLAB_REG_SP] = walk->sp;
  registers->value[CLAB_REG_PC] = walk->pc;
}

/* Puts the frame that has just been walked into the history. */
static void push(struct clab_walk *walk, uint64_t pc, uint64_t cfa, uint32_t flags) {
  *clab_walk_frame(walk, walk->index) = (struct clab_history_frame){pc, cfa};
  *clab_walk_flags(walk, walk->index) = (uint8_t)flags;
  walk->index++;
}

bool clab_walk_visit(struct clab_walk *walk) {
  if (walk->visitor == NULL)
    return true;
  for (; walk->visited < walk->index; walk->visited++) {
    const struct clab_history_frame *frame = clab_walk_frame(walk, walk->visited);
    if (!walk->visitor(walk->visitor_context, walk->visited, frame->pc, frame->cfa))
      return false;
  }
  return true;
}

/* Makes room in the history for the next block of frames. Frames that fall out untold are told
   while entries of the head are free, and otherwise left out: of those only so many are kept as a
   repetition that is recognised at the end can need. */
static void make_room(struct clab_walk *walk) {
  enum { MOST = CLAB_HISTORY - CLAB_BLOCK_MOST - 2, RECENT = 4 * CLAB_FOLD_PERIOD };
  bool head_full = clab_recorder_head_full(&walk->recorder);
  uint64_t kept = head_full ? RECENT : MOST;
  if (walk->index - walk->told <= kept)
    return;
  if (!head_full)
    clab_tell(walk, walk->index - kept);
  walk->told = walk->index - kept;
}

/* Finds or proves the rule of the frame to be walked; `slot` is where its frames are counted. */
static const struct clab_rule *find_rule(struct clab_walk *walk, struct clab_replay **slot) {
  struct clab_rules *rules = &walk->rules;
  *slot = clab_rules_find(rules, walk->pc, walk->exact);
  if (*slot == NULL) {
    struct clab_rule *rule = &walk->unnumbered;
    uint64_t pc = walk->exact ? walk->pc : walk->pc - 1;
    if (clab_walk_image(walk, pc))
      clab_cfi_prove(&walk->cfi, &walk->image, pc, rule);
    else
      memset(rule, 0, sizeof *rule);
    walk->trace->rules += rule->kind == CLAB_RULE_PROVED || rule->kind == CLAB_RULE_CONTEXT;
    *slot = clab_rules_add(rules, walk->pc, walk->exact, rule);
  }
  return (*slot)->number == 0 ? &walk->unnumbered : &rules->known[(*slot)->number].rule;
}

static void count_frame(struct clab_replay *slot, uint64_t sp, uint64_t cfa, bool signal_frame) {
  slot->frames++;
  if (cfa > sp && (!signal_frame || cfa - sp <= MOST_SIGNAL_FRAME))
    slot->bytes += cfa - sp;
}

/* One frame by libunwind. */
static enum clab_trace_stop step(struct clab_walk *walk, const struct clab_rule *rule,
                                 struct clab_replay *slot) {
  uint64_t pc = walk->pc, sp = walk->sp;
  bool covered = rule->kind != CLAB_RULE_NONE;
  bool signal_frame = rule->signal_frame;
  uint32_t flags = CLAB_FRAME_STEPPED | (walk->exact ? CLAB_FRAME_EXACT_PC : 0) |
                   (signal_frame ? CLAB_FRAME_SIGNAL : 0) | (covered ? 0 : CLAB_FRAME_GUESSED);
  struct clab_registers registers;
  clab_walk_registers(walk, &registers);
  int result = clab_step(walk, &registers, walk->exact, covered);
  walk->trace->steps++;
  walk->trace->guessed += !covered;
  uint64_t cfa = result >= 0 ? registers.value[CLAB_REG_SP] : sp;
  count_frame(slot, sp, cfa, signal_frame);
  push(walk, pc, cfa, flags);
  walk->proved_since = walk->index;
  if (result < 0)
    return CLAB_STOP_NO_RULE;
  if (result == 0)
    return covered ? CLAB_STOP_OUTERMOST : CLAB_STOP_END_GUESSED;
  if (cfa <= sp && ++walk->turns > MOST_TURNS)
    return CLAB_STOP_STALLED;
  anchor(walk, &registers);
  walk->exact = signal_frame;
  return CLAB_STOP_NONE;
}

/* A signal frame: all registers of the interrupted code were saved in it, and from here on they are
   known anew, maybe on another stack. */
static enum clab_trace_stop restore_context(struct clab_walk *walk, struct clab_replay *slot) {
  const struct clab_context_layout *layout = &walk->cfi.context;
  struct clab_registers registers = {.valid = (UINT64_C(1) << CLAB_REGISTERS) - 1};
  uint64_t pc = walk->pc, sp = walk->sp;
  uint64_t lowest = sp + (uint64_t)layout->lowest;
  uint64_t size = (uint64_t)(layout->highest - layout->lowest) + sizeof(uint64_t);
  if (!clab_memory_holds(&walk->memory, lowest, size))
    clab_memory_move(&walk->memory, lowest);
  bool readable = true;
  for (unsigned i = 0; i < CLAB_REGISTERS; i++)
    readable &=
        clab_memory_word(&walk->memory, sp + (uint64_t)layout->offset[i], &registers.value[i]);
  uint64_t cfa = readable ? registers.value[CLAB_REG_SP] : sp;
  uint32_t flags = CLAB_FRAME_SIGNAL | (walk->exact ? CLAB_FRAME_EXACT_PC : 0);
  count_frame(slot, sp, cfa, true);
  push(walk, pc, cfa, flags);
  walk->trace->replayed++;
  walk->proved_since = walk->index;
  if (!readable)
    return CLAB_STOP_UNREADABLE;
  if (cfa <= sp && ++walk->turns > MOST_TURNS)
    return CLAB_STOP_STALLED;
  anchor(walk, &registers);
  walk->exact = true;
  return CLAB_STOP_NONE;
}

/* Goes to the caller of code that is not there. */
static void leave_unfetched(struct clab_walk *walk, const struct clab_registers *caller,
                            struct clab_replay *slot) {
  uint64_t cfa = caller->value[CLAB_REG_SP];
  count_frame(slot, walk->sp, cfa, false);
  push(walk, walk->pc, cfa, CLAB_FRAME_EXACT_PC | CLAB_FRAME_UNFETCHED);
  walk->trace->replayed++;
  walk->proved_since = walk->index;
  anchor(walk, caller);
  walk->exact = false;
}

/* One frame of any kind. Returns why the walk ends here, or 0. */
static enum clab_trace_stop walk_one(struct clab_walk *walk) {
  if (walk->pc == 0 && !walk->exact)
    return CLAB_STOP_NULL_RETURN;
  struct clab_replay *slot;
  const struct clab_rule *rule = find_rule(walk, &slot);
  struct clab_registers caller;
  if (rule->kind == CLAB_RULE_NONE && clab_walk_unfetched(walk, &caller)) {
    leave_unfetched(walk, &caller, slot);
    return CLAB_STOP_NONE;
  }
  if (rule->kind == CLAB_RULE_STEP || rule->kind == CLAB_RULE_NONE)
    return step(walk, rule, slot);
  if (rule->kind == CLAB_RULE_CONTEXT)
    return restore_context(walk, slot);

  uint64_t pc = walk->pc, sp = walk->sp;
  uint64_t cfa = (rule->cfa_from_fp ? walk->fp : sp) + (uint64_t)(int64_t)rule->cfa_offset;
  uint32_t flags = walk->exact ? CLAB_FRAME_EXACT_PC : 0;
  if (rule->kind == CLAB_RULE_OUTERMOST) {
    count_frame(slot, sp, cfa, false);
    push(walk, pc, cfa, flags);
    return CLAB_STOP_OUTERMOST;
  }
  if (cfa <= sp) {
    /* A frame pointer that leads to lower addresses: another stack, or a corrupt chain. */
    if (cfa == sp || ++walk->turns > MOST_TURNS)
      return CLAB_STOP_STALLED;
    struct clab_registers registers;
    clab_walk_registers(walk, &registers);
    anchor(walk, &registers);
  }
  uint64_t lowest = cfa + (uint64_t)(int64_t)rule->lowest;
  uint64_t size = (uint64_t) - (int64_t)rule->lowest;
  if (!clab_memory_holds(&walk->memory, lowest, size))
    clab_memory_move(&walk->memory, lowest);
  if (slot->number == 0 || walk->exact)
    walk->proved_since = walk->index + 1;
  count_frame(slot, sp, cfa, false);
  push(walk, pc, cfa, flags);
  walk->trace->replayed++;
  slot->last_cfa = cfa;
  walk->exact = false;
  walk->sp = cfa;
  bool readable =
      clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->return_offset, &walk->pc);
  if (clab_rule_saves_fp(rule))
    readable &= clab_memory_word(
        &walk->memory, cfa + (uint64_t)(int64_t)rule->saved_offset[CLAB_SAVED_FP], &walk->fp);
  if (!readable)
    return CLAB_STOP_UNREADABLE;
  if (slot->number == 0) {
    /* The rule is forgotten now, so its save slots are read at once. */
    struct clab_registers registers;
    clab_walk_registers(walk, &registers);
    for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++)
      if (rule->saved >> i & 1) {
        registers.valid |= UINT64_C(1) << clab_saved_registers[i];
        if (!clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->saved_offset[i],
                              &registers.value[clab_saved_registers[i]]))
          return CLAB_STOP_UNREADABLE;
      }
    anchor(walk, &registers);
  }
  return CLAB_STOP_NONE;
}

void clab_walk_run(struct clab_walk *walk) {
  enum clab_trace_stop stop = CLAB_STOP_NONE;
  while (stop == CLAB_STOP_NONE) {
    uint64_t end = walk->index + walk->block;
    while (stop == CLAB_STOP_NONE && walk->index < end && !clab_replay(walk, end - walk->index))
      stop = walk_one(walk);
    if (!clab_walk_visit(walk))
      stop = CLAB_STOP_VISITOR;
    if (stop != CLAB_STOP_NONE)
      break;
    if (!clab_fold(walk))
      stop = CLAB_STOP_VISITOR;
    make_room(walk);
    if (walk->index > FRAME_LIMIT)
      stop = CLAB_STOP_FRAME_LIMIT;
  }
  clab_walk_finish(walk, stop);
}

bool clab_walk_take(struct clab_walk *walk, uint64_t pc, uint64_t sp, uint64_t cfa,
                    uint32_t flags) {
  static const struct clab_rule stepped = {.kind = CLAB_RULE_STEP};
  bool exact = flags & CLAB_FRAME_EXACT_PC;
  struct clab_replay *slot = clab_rules_find(&walk->rules, pc, exact);
  if (slot == NULL)
    slot = clab_rules_add(&walk->rules, pc, exact, &stepped);
  count_frame(slot, sp, cfa, flags & CLAB_FRAME_SIGNAL);
  push(walk, pc, cfa, flags | CLAB_FRAME_STEPPED);
  walk->trace->steps++;
  make_room(walk);
  return clab_walk_visit(walk) && walk->index <= FRAME_LIMIT;
}

void clab_walk_finish(struct clab_walk *walk, enum clab_trace_stop stop) {
  struct clab_trace *trace = walk->trace;
  clab_tell(walk, walk->index);
  trace->stop = stop;
  /* Code without unwind information may begin a thread; but no crash is where its thread began. */
  bool guessed = stop == CLAB_STOP_END_GUESSED && walk->index > 1;
  trace->complete = stop == CLAB_STOP_OUTERMOST || stop == CLAB_STOP_NULL_RETURN || guessed;
  trace->frame_count = walk->index;
  clab_recorder_finish(&walk->recorder);
  clab_rules_tell(&walk->rules, trace);
  trace->stack_bytes = trace->others.bytes;
  for (unsigned i = 0; i < trace->site_count; i++)
    trace->stack_bytes += trace->sites[i].bytes;
}
