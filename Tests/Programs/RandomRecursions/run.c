/* A recursion in a forked child: its base, its bottom, and the walks there. */
#include "crashlab_harness.h"
#include "events.h"
#include "truth.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  GUARD = 64 << 10, /* larger than any frame */
  MOST_TRAPS = 100,
  MOST_SINGLY = 20000, /* frames that are walked one by one: their registers take time */
  PATIENCE =
      60, /* seconds of the processor for one recursion, and ten times as many by the clock */
};

/* What the child leaves for its parent, in shared memory. */
struct shared {
  struct clab_recursion_outcome outcome;
  struct clab_registers registers;
  bool finished;
};

static struct shared *shared;
static struct clab_plan plan;
static struct clab_stack_range stack;
static unsigned traps;

/* ---- the bottom -------------------------------------------------------------------------------
 */

/* Each entry must be what the walk saw, and what it saw the truth. */
struct telling {
  const struct clab_trace *trace;
  uint32_t first; /* entries before this one are over */
  bool right;
  struct clab_truth truth;
};

static bool check_told(void *context, uint64_t index, uint64_t pc, uint64_t cfa) {
  struct telling *telling = context;
  if (!clab_truth_visit(&telling->truth, index, pc, cfa))
    return false;
  const struct clab_frame *entries = telling->trace->entries;
  for (uint32_t i = telling->first; i < telling->trace->entry_count; i++) {
    const struct clab_frame *entry = &entries[i];
    if (index < entry->index)
      break;
    uint64_t turn = (index - entry->index) / entry->period;
    if (turn >= entry->count) {
      telling->first += i == telling->first;
      continue;
    }
    if ((index - entry->index) % entry->period == 0 &&
        (entry->pc != pc || entry->cfa + turn * entry->stride != cfa))
      telling->right = false;
  }
  return true;
}

/* All frames are in the entries or left out, and all are at some program counter. */
static bool adds_up(const struct clab_trace *trace) {
  uint64_t frames = trace->left_out, at_sites = trace->others.frames;
  for (uint32_t i = 0; i < trace->entry_count; i++)
    frames += trace->entries[i].count;
  for (uint32_t i = 0; i < trace->site_count; i++)
    at_sites += trace->sites[i].frames;
  return frames == trace->frame_count && at_sites == trace->frame_count;
}

static _Noreturn void leave(enum clab_recursion_verdict verdict) {
  shared->outcome.verdict = verdict;
  shared->finished = true;
  if (plan.outside)
    for (;;)
      raise(SIGSTOP);
  _exit(0);
}

static bool check_truth(void *context, uint64_t index, uint64_t pc, uint64_t cfa) {
  return clab_truth_visit(context, index, pc, cfa) && index < MOST_SINGLY;
}

/* A register may be unknown only where a frame has lost it. */
static void judge(const struct clab_truth *truth) {
  struct clab_truth_result *sum = &shared->outcome.truth;
  const struct clab_truth_result *one = &truth->result;
  if (!one->holds || (one->unknown > 0 && plan.special != CLAB_SPECIAL_BARE)) {
    *sum = *one;
    leave(CLAB_RECURSION_UNTRUE);
  }
  sum->records += one->records;
  sum->registers += one->registers;
  sum->unknown += one->unknown;
  sum->holds = true;
  sum->differing_register = -1;
}

static void walk(const ucontext_t *context) {
  struct clab_recursion_outcome *outcome = &shared->outcome;
  const struct clab_stack_range *range = plan.stack_known && stack.high ? &stack : NULL;
  static struct clab_trace folded, singly;
  static struct telling telling;
  static struct clab_truth truth;
  clab_unwind_local(context, range, CLAB_UNWIND_FOLDED, &outcome->trace, NULL, NULL);
  telling = (struct telling){.trace = &outcome->trace, .right = true};
  clab_truth_begin(&telling.truth, &plan.recursion);
  clab_unwind_local(context, range, CLAB_UNWIND_FOLDED, &folded, check_told, &telling);
  clab_truth_end(&telling.truth);
  judge(&telling.truth);
  if (!telling.right || !adds_up(&outcome->trace) ||
      folded.frame_count != outcome->trace.frame_count)
    leave(CLAB_RECURSION_TOLD_WRONG);
  clab_truth_begin(&truth, &plan.recursion);
  clab_unwind_local(context, range, CLAB_UNWIND_SINGLY, &singly, check_truth, &truth);
  if (singly.stop != CLAB_STOP_VISITOR)
    clab_truth_end(&truth);
  judge(&truth);
  clab_unwind_oracle(context, range, &folded, &outcome->oracle);
  outcome->walks++;
  if (!outcome->oracle.equal) {
    if (plan.special == CLAB_SPECIAL_ANCHORED || !plan.assembled)
      leave(CLAB_RECURSION_DIFFERS);
    outcome->astray++;
  }
  clab_registers_of_context(context, &shared->registers);
}

static void at_bottom(int signal, siginfo_t *info, void *context) {
  (void)info;
  walk(context);
  if (signal != SIGTRAP || ++traps == MOST_TRAPS)
    leave(CLAB_RECURSION_EQUAL);
}

/* The frame below which there is nothing. */
static uint64_t bottom(struct clab_recursion *recursion) {
  switch (plan.bottom) {
  case CLAB_BOTTOM_FAULT:
    *(volatile uint64_t *)clab_optimizer_barrier(0) = recursion->word;
    break;
  case CLAB_BOTTOM_CALL:
    ((clab_recursive *)clab_optimizer_barrier(0))(recursion);
    break;
  case CLAB_BOTTOM_STEPPED:
#if defined(__x86_64__)
    /* From here on the processor traps after each instruction: prologues, epilogues, stubs. */
    plan.depth = MOST_TRAPS;
    plan.events = 0;
    clab_catch(SIGTRAP, (void *)at_bottom, SA_SIGINFO | SA_ONSTACK);
    clab_trap_always();
    clab_go_on();
#endif
    raise(SIGWINCH);
    break;
  default:
    raise(SIGWINCH);
  }
  return recursion->word;
}

/* ---- the child --------------------------------------------------------------------------------
 */

static void *begin(void *argument) {
  clab_arm_large_stack();
  clab_optimizer_barrier(clab_go_on());
  return argument;
}

static void begin_coroutine(void *argument) { begin(argument); }

static _Noreturn void child(uint64_t seed) {
  /* Whoever started the command may have blocked what is to be caught here. */
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  const struct rlimit patience = {PATIENCE, PATIENCE};
  setrlimit(RLIMIT_CPU, &patience);
  alarm(10 * PATIENCE);
  clab_plan_init(&plan, seed);
  plan.bottom_function = bottom;
  if (clab_truth_prepare(&plan.recursion) != 0)
    _exit(1);
  clab_events_prepare(&plan);
  static const int bottoms[] = {SIGSEGV, SIGBUS, SIGTRAP, SIGWINCH};
  for (unsigned i = 0; i < sizeof bottoms / sizeof bottoms[0]; i++)
    clab_catch(bottoms[i], (void *)at_bottom, SA_SIGINFO | SA_ONSTACK);
  if (plan.base == CLAB_BASE_MAIN) {
    begin(NULL);
    _exit(1);
  }
  void *memory = clab_map_stack(0, false, GUARD, plan.stack_size);
  stack = (struct clab_stack_range){(uint64_t)memory, (uint64_t)memory + plan.stack_size};
  if (plan.base == CLAB_BASE_COROUTINE) {
    static struct clab_coroutine coroutine;
    clab_coroutine_init(&coroutine, memory, plan.stack_size, begin_coroutine, NULL);
    clab_coroutine_resume(&coroutine);
    _exit(1);
  }
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, memory, plan.stack_size);
  if (pthread_create(&thread, &attributes, begin, NULL) == 0)
    pthread_join(thread, NULL);
  _exit(1);
}

/* ---- the parent -------------------------------------------------------------------------------
 */

static void name(struct clab_recursion_outcome *outcome, uint64_t seed) {
  static const char *const bases[] = {"thread", "main", "coroutine"};
  static const char *const bottoms[] = {"overflow", "fault", "sent", "null call", "stepped"};
  struct clab_plan planned;
  clab_plan_init(&planned, seed);
  strncpy(outcome->base, bases[planned.base], sizeof outcome->base - 1);
  strncpy(outcome->bottom, bottoms[planned.bottom], sizeof outcome->bottom - 1);
}

/* Inside and outside are one walk over the same memory. */
static bool alike(const struct clab_trace *a, const struct clab_trace *b) {
  return a->frame_count == b->frame_count && a->stop == b->stop &&
         a->entry_count == b->entry_count &&
         memcmp(a->entries, b->entries, a->entry_count * sizeof a->entries[0]) == 0;
}

static void walk_from_outside(pid_t process, struct clab_recursion_outcome *outcome) {
  static struct clab_trace trace;
  struct clab_oracle_result result;
  bool astray = outcome->astray > 0;
  clab_unwind_process_oracle(process, &shared->registers, &trace, &result);
  outcome->walks++;
  if (astray)
    clab_unwind_process(process, &shared->registers, CLAB_UNWIND_FOLDED, &trace);
  if (!result.equal && !astray) {
    outcome->verdict = CLAB_RECURSION_DIFFERS_OUTSIDE;
    outcome->oracle = result;
  } else if (!alike(&trace, &outcome->trace)) {
    outcome->verdict = CLAB_RECURSION_OUTSIDE_UNLIKE;
    outcome->oracle.folded_pc = trace.frame_count;
  }
}

int clab_recursion_run(uint64_t seed, struct clab_recursion_outcome *outcome) {
  if (shared == NULL) {
    void *memory =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      return errno;
    shared = memory;
    int error = clab_bare_prepare();
    if (error != 0)
      return error;
  }
  memset(shared, 0, sizeof *shared);
  pid_t process = fork();
  if (process < 0)
    return errno;
  if (process == 0)
    child(seed);
  int status = 0;
  while (waitpid(process, &status, WUNTRACED) < 0 && errno == EINTR) {
  }
  *outcome = shared->outcome;
  name(outcome, seed);
  if (!shared->finished)
    outcome->verdict = CLAB_RECURSION_UNFINISHED;
  else if (WIFSTOPPED(status) && outcome->verdict == CLAB_RECURSION_EQUAL)
    walk_from_outside(process, outcome);
  outcome->status = status;
  if (WIFSTOPPED(status)) {
    kill(process, SIGKILL);
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  return 0;
}
