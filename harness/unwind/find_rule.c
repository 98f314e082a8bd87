#include "unwind/find_rule.h"

#include "unwind/guess.h"
#include "unwind/return_address.h"

#include <string.h>

/* From the image's information. */
static void prove(struct clab_walk *walk, uint64_t pc, struct clab_rule *rule) {
  const struct clab_target *target = &walk->target;
  memset(rule, 0, sizeof *rule);
  if (!clab_walk_image(walk, pc))
    return;
  clab_rule_prove(&walk->prover, &walk->image, pc, rule);
  if (rule->kind != CLAB_RULE_NONE || target->find_debug_frames == NULL)
    return;
  const struct clab_debug_frames *frames = target->find_debug_frames(target->context, &walk->image);
  if (frames != NULL)
    clab_rule_prove_debug(&walk->prover, frames, pc, rule);
}

/* Whether a return address is the beginning of a function that nothing has called: a stack was laid
   out so that something returns into it (makecontext). `before`: the rule one byte before. */
static bool is_beginning(struct clab_walk *walk, const struct clab_rule *before,
                         struct clab_rule *rule) {
  if (before->signal_frame || (before->kind != CLAB_RULE_NONE && !before->last_byte) ||
      clab_follows_call(walk, walk->pc))
    return false;
  prove(walk, walk->pc, rule);
  return rule->kind != CLAB_RULE_NONE;
}

/* Whether that function will return to code. Where its frame has none, nobody is above: makecontext
   leaves the next context there. */
static bool has_caller(struct clab_walk *walk, const struct clab_rule *rule) {
  uint64_t cfa = (rule->cfa_from_fp ? walk->fp : walk->sp) + (uint64_t)(int64_t)rule->cfa_offset;
  uint64_t address;
  if (!clab_memory_word(&walk->memory, cfa + (uint64_t)(int64_t)rule->return_offset, &address))
    return false;
  address &= clab_address_bits(&walk->target.registers, rule->return_signed);
  return address == 0 || clab_is_code(walk, address);
}

static void find(struct clab_walk *walk, struct clab_rule *rule) {
  if (!walk->exact && clab_rule_of_restorer(&walk->prover, walk->pc, rule))
    return;
  prove(walk, walk->exact ? walk->pc : walk->pc - 1, rule);
  /* Where the first frame is not exact it is behind a breakpoint. */
  if (!walk->exact && walk->index > 0 && (rule->kind == CLAB_RULE_NONE || rule->last_byte)) {
    struct clab_rule beginning;
    if (is_beginning(walk, rule, &beginning)) {
      walk->exact = true;
      *rule = beginning;
      if (rule->kind == CLAB_RULE_PROVED && !has_caller(walk, rule))
        *rule = (struct clab_rule){.kind = CLAB_RULE_OUTERMOST};
    }
  }
  if (rule->kind == CLAB_RULE_NONE && !(walk->index == 0 && walk->target.registers.bad_call_target))
    clab_guess_rule(walk, rule);
}

const struct clab_rule *clab_find_rule(struct clab_walk *walk, struct clab_replay **slot) {
  struct clab_rules *rules = &walk->rules;
  *slot = clab_rules_find(rules, walk->pc, walk->exact);
  if (*slot == NULL) {
    struct clab_rule *rule = &walk->unnumbered;
    bool was_exact = walk->exact;
    find(walk, rule);
    if (walk->exact != was_exact)
      *slot = clab_rules_find(rules, walk->pc, walk->exact);
    if (*slot == NULL) {
      walk->trace->rules +=
          !rule->guessed && (rule->kind == CLAB_RULE_PROVED || rule->kind == CLAB_RULE_CONTEXT);
      *slot = clab_rules_add(rules, walk->pc, walk->exact, rule);
    }
  }
  return (*slot)->number == 0 ? &walk->unnumbered : &rules->known[(*slot)->number].rule;
}
