#include "walk/state.h"

#include <stdatomic.h>
#include <string.h>

enum {
  MOST_SIGNAL_FRAME = 64 << 10, /* larger steps over a signal frame change the stack */
  PAGE = 4096,
};

static _Alignas(PAGE) struct clab_walk the_walk;
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

struct clab_walk *clab_walk_taken(void) {
  return &the_walk;
}

void clab_walk_release(void) { atomic_flag_clear(&taken); }

void clab_walk_anchor(struct clab_walk *walk, const struct clab_registers *registers) {
  walk->anchor = *registers;
  walk->pc = registers->value[CLAB_REG_PC];
  walk->sp = registers->value[CLAB_REG_SP];
  walk->sp_known = registers->valid >> CLAB_REG_SP & 1;
  walk->fp_known = registers->valid >> CLAB_REG_FP & 1;
  walk->fp = walk->fp_known ? registers->value[CLAB_REG_FP] : 0;
  for (uint32_t i = 1; i <= walk->rules.count; i++)
    clab_rules_slot(&walk->rules, i)->last_cfa = 0;
}

/* Whether what lies before the program counter is an instruction of x86-64 that traps behind
   itself: int3, int $3, int1, or int $4. A signal that was sent leaves what the last trap has told.
 */
static bool is_after_trap(const struct clab_target *target) {
#if defined(__x86_64__)
  enum { INT3 = 0xcc, INT1 = 0xf1, INT = 0xcd, BREAKPOINT = 3, OVERFLOW = 4 };
  uint64_t pc = target->registers.value[CLAB_REG_PC];
  uint8_t code[2] = {0};
  if (!target->registers.after_trap)
    return false;
  if (target->read(target->context, pc - 2, code, 2) != 2 &&
      target->read(target->context, pc - 1, &code[1], 1) != 1)
    return false;
  return code[1] == INT3 || code[1] == INT1 ||
         (code[0] == INT && (code[1] == BREAKPOINT || code[1] == OVERFLOW));
#else
  (void)target;
  return false;
#endif
}

void clab_walk_begin(struct clab_walk *walk, const struct clab_target *target,
                     const struct clab_stack_range *direct, bool own_images,
                     struct clab_trace *trace) {
  walk->target = *target;
  walk->trace = trace;
  walk->visitor = NULL;
  clear(trace);
  clab_memory_init(&walk->memory, &walk->target, direct, walk->window);
  clab_code_init(&walk->prover.code, &walk->target, own_images);
  clab_recorder_init(&walk->recorder, trace);
  clab_rules_clear(&walk->rules);
  memset(&walk->image, 0, sizeof walk->image);
  walk->prover.context.known = false;
  walk->index = walk->told = walk->visited = 0;
  walk->exact = !is_after_trap(&walk->target);
  walk->proved_since = 0;
  walk->block = CLAB_BLOCK_FIRST;
  walk->alone = 0;
  walk->patience = 1;
  walk->turns = 0;
  walk->doubtful = false;
  walk->singly = false;
  clab_walk_anchor(walk, &target->registers);
  clab_walk_frame(walk, walk->index - 1)->cfa = walk->sp;
}

bool clab_walk_image(struct clab_walk *walk, uint64_t pc) {
  if (pc >= walk->image.low && pc < walk->image.high)
    return true;
  struct clab_image image;
  if (!walk->target.find_image(walk->target.context, pc, &image))
    return false;
  walk->image = walk->prover.code.image = image;
  return true;
}

/* The CFA of the outermost frame since the anchor that has no information; 0 for none. */
static uint64_t last_guessed(struct clab_walk *walk) {
  uint64_t cfa = 0;
  for (uint32_t i = 1; i <= walk->rules.count; i++) {
    uint64_t last = clab_rules_slot(&walk->rules, i)->last_cfa;
    if (last > cfa && walk->rules.known[i].rule.guessed)
      cfa = last;
  }
  return cfa;
}

void clab_walk_registers(struct clab_walk *walk, struct clab_registers *registers) {
  uint64_t guessed = last_guessed(walk);
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
    uint64_t bit = UINT64_C(1) << clab_saved_registers[i];
    /* Nobody says where a frame without information has what it found in the register. */
    if (i != CLAB_SAVED_FP && cfa < guessed)
      registers->valid &= ~bit;
    else if (cfa == 0)
      continue;
    else if (clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)offset, &value)) {
      registers->value[clab_saved_registers[i]] = value;
      registers->valid |= bit;
    } else {
      registers->valid &= ~bit;
    }
  }
  /* Where a call leaves the return address in a register, that of a caller went with the call. */
  if (!CLAB_CALL_PUSHES && !walk->exact)
    registers->valid &= ~(UINT64_C(1) << CLAB_REG_RETURN);
  if (!walk->sp_known)
    registers->valid &= ~(UINT64_C(1) << CLAB_REG_SP);
  registers->value[CLAB_REG_SP] = walk->sp;
  registers->value[CLAB_REG_PC] = walk->pc;
}

void clab_walk_push(struct clab_walk *walk, uint64_t pc, uint64_t cfa, uint32_t flags) {
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

void clab_count_frame(struct clab_replay *slot, uint64_t sp, uint64_t cfa, bool signal_frame) {
  slot->frames++;
  if (cfa > sp && (!signal_frame || cfa - sp <= MOST_SIGNAL_FRAME))
    slot->bytes += cfa - sp;
}
