/* The random choices. Small and the same on every machine, so that a printed seed repeats a run. */
#include "plan.h"

/* SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
static uint64_t next_word(struct clab_plan *plan) {
  uint64_t z = plan->state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

uint64_t clab_plan_random(struct clab_plan *plan, uint64_t bound) {
  return next_word(plan) % bound;
}

/* Between 1 and about `most`, every magnitude as likely as any other. */
static uint64_t random_magnitude(struct clab_plan *plan, unsigned most_bits) {
  uint64_t bits = 1 + clab_plan_random(plan, most_bits);
  return 1 + next_word(plan) % (UINT64_C(1) << bits);
}

static clab_recursive *random_function(struct clab_plan *plan) {
  enum { FRAMED, UNFRAMED, ASSEMBLED, SPECIAL, KINDS };
  uint64_t number = clab_plan_random(plan, KINDS * plan->functions), of_kind = number / KINDS * 37;
  switch (number % (plan->assembled ? KINDS : ASSEMBLED)) {
  case FRAMED:
    return clab_framed[of_kind % CLAB_RANDOM_FRAMES];
  case UNFRAMED:
    return clab_unframed[of_kind % CLAB_RANDOM_FRAMES];
  case SPECIAL:
    if (plan->special_count > 0)
      return plan->specials[of_kind % plan->special_count];
  }
  return clab_assembled[of_kind % plan->assembled_count];
}

/* What a register may hold, rather what an unwinder could take for something else. */
static uint64_t random_value(struct clab_plan *plan) {
  uint64_t word = next_word(plan);
  switch (word % 8) {
  case 0:
    return 0;
  case 1:
    return word >> 56;
  case 2:
    return (uint64_t)__builtin_frame_address(0);
  case 3:
    return (uint64_t)__builtin_frame_address(0) + (word >> 50);
  case 4:
    return (uint64_t)__builtin_return_address(0);
  default:
    return word;
  }
}

/* Half of all cycles are short, and some repeat a function within the cycle. */
static void new_cycle(struct clab_plan *plan) {
  switch (clab_plan_random(plan, 4)) {
  case 0:
    plan->period = 1;
    break;
  case 1:
    plan->period = 2 + (unsigned)clab_plan_random(plan, 5);
    break;
  default:
    plan->period = 1 + (unsigned)clab_plan_random(plan, 64);
  }
  for (unsigned i = 0; i < plan->period; i++)
    plan->cycle[i] = i > 0 && clab_plan_random(plan, 4) == 0
                         ? plan->cycle[clab_plan_random(plan, i)]
                         : random_function(plan);
}

static void new_segment(struct clab_plan *plan) {
  plan->functions = 1 + (unsigned)clab_plan_random(plan, CLAB_RANDOM_FRAMES);
  plan->sizes_vary = clab_plan_random(plan, 2);
  plan->segment = random_magnitude(plan, 16);
  plan->position = 0;
  if (clab_plan_random(plan, 3) == 0) {
    plan->period = 0;
  } else {
    new_cycle(plan);
  }
}

/* After a few other frames the cycle goes on, at its beginning or where it was. */
static bool breaks(struct clab_plan *plan) {
  if (plan->period == 0 || clab_plan_random(plan, 3) != 0)
    return false;
  plan->resume = 1 + (unsigned)clab_plan_random(plan, 3);
  plan->segment = random_magnitude(plan, 13);
  if (clab_plan_random(plan, 2))
    plan->position = 0;
  return true;
}

static clab_recursive *next_function(struct clab_recursion *recursion) {
  struct clab_plan *plan = (struct clab_plan *)recursion;
  if (plan->bottom != CLAB_BOTTOM_OVERFLOW && plan->depth-- == 0)
    return plan->bottom_function;
  recursion->word = next_word(plan);
  for (unsigned i = 0; i < CLAB_KEPT; i++)
    recursion->values[i] = random_value(plan);
  if (plan->sizes_vary)
    recursion->size = recursion->word % 1000;
  if (plan->resume > 0) {
    plan->resume--;
    return random_function(plan);
  }
  if (plan->segment-- == 0) {
    if (plan->events > 0 && clab_plan_random(plan, 2)) {
      plan->events--;
      plan->segment = random_magnitude(plan, 12);
      return plan->event_functions[clab_plan_random(plan, plan->event_count)];
    }
    if (!breaks(plan))
      new_segment(plan);
  }
  if (plan->period == 0)
    return random_function(plan);
  return plan->cycle[plan->position++ % plan->period];
}

static unsigned count(clab_recursive *const *table) {
  unsigned count = 0;
  while (table[count] != NULL)
    count++;
  return count;
}

void clab_plan_init(struct clab_plan *plan, uint64_t seed) {
  static const unsigned char bases[] = {CLAB_BASE_THREAD, CLAB_BASE_THREAD,   CLAB_BASE_THREAD,
                                        CLAB_BASE_THREAD, CLAB_BASE_THREAD,   CLAB_BASE_THREAD,
                                        CLAB_BASE_MAIN,   CLAB_BASE_COROUTINE};
  static const enum clab_special specials[] = {CLAB_SPECIAL_ANCHORED, CLAB_SPECIAL_ANCHORED,
                                               CLAB_SPECIAL_COMPUTED, CLAB_SPECIAL_BARE};
  *plan = (struct clab_plan){
      .recursion = {.next = next_function, .call = clab_recorded_call, .size = 100}, .state = seed};
  plan->assembled_count = count(clab_assembled);
  plan->base = bases[clab_plan_random(plan, sizeof bases)];
  plan->bottom = (enum clab_recursion_bottom)clab_plan_random(plan, CLAB_BOTTOMS);
  plan->stack_size = (size_t)(64 << 10) << clab_plan_random(plan, 7);
  plan->stack_known = clab_plan_random(plan, 4) != 0;
  plan->outside = clab_plan_random(plan, 8) == 0;
  plan->assembled = clab_plan_random(plan, 4) != 0;
  plan->special = specials[clab_plan_random(plan, sizeof specials / sizeof specials[0])];
  plan->specials = plan->special == CLAB_SPECIAL_BARE       ? clab_bare
                   : plan->special == CLAB_SPECIAL_COMPUTED ? clab_computed
                                                            : clab_anchored;
  plan->special_count = count(plan->specials);
  plan->depth = random_magnitude(plan, plan->bottom == CLAB_BOTTOM_STEPPED ? 9 : 16);
  plan->events = (unsigned)clab_plan_random(plan, 4);
  if (plan->events == 3)
    plan->events = (unsigned)clab_plan_random(plan, 60);
  new_segment(plan);
}
