/* A recursion in a forked child: its base, its events, its bottom, and the walks there. */
#include "crashlab_harness.h"
#include "plan.h"
#include "random_recursions.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31) /* linux/signal.h, which glibc's signal.h excludes */
#endif

enum {
  ALTERNATE_STACK = 256 << 10,
  GUARD = 64 << 10, /* larger than any frame */
  MOST_TRAPS = 100,
  PATIENCE = 60, /* seconds for one recursion */
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
static uint8_t *alternate_stacks; /* two: a signal in the middle may take one */
static unsigned traps;

/* ---- events: frames that are not the recursion's own ------------------------------------------
 */

static uint64_t go_on(void) { return plan.recursion.next(&plan.recursion)(&plan.recursion); }

static int compare_words(const void *a, const void *b) {
  (void)a, (void)b;
  return (int)(go_on() & 1);
}

static uint64_t sort(struct clab_recursion *recursion) {
  uint64_t words[5] = {recursion->word, 4, 3, 2, 1};
  qsort(words, 5, sizeof words[0], compare_words);
  return words[0];
}

static uint64_t search(struct clab_recursion *recursion) {
  uint64_t words[5] = {0, 1, 2, 3, 4};
  return bsearch(&recursion->word, words, 5, sizeof words[0], compare_words) != NULL;
}

/* Any signal disarms it (SS_AUTODISARM; an emulator may not know that). The second is for after the
   first is in use. */
static void arm_alternate_stack(void) {
  stack_t alternate = {.ss_sp = alternate_stacks + plan.changed * ALTERNATE_STACK,
                       .ss_size = ALTERNATE_STACK,
                       .ss_flags = (int)SS_AUTODISARM};
  if (sigaltstack(&alternate, NULL) == 0)
    return;
  alternate.ss_flags = 0;
  sigaltstack(&alternate, NULL);
}

static void interrupted(int signal) {
  (void)signal;
  arm_alternate_stack();
  clab_optimizer_barrier(go_on());
}

static uint64_t send_signal(struct clab_recursion *recursion) {
  raise(SIGUSR1);
  return recursion->word;
}

static uint64_t send_signal_directly(struct clab_recursion *recursion) {
  syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
  return recursion->word;
}

/* The interrupted instruction is in the middle of a function. */
static uint64_t trap(struct clab_recursion *recursion) {
#if defined(__x86_64__)
  __asm__ volatile("ud2" ::: "memory");
#else
  __asm__ volatile("udf #0" ::: "memory");
#endif
  return recursion->word;
}

/* Only one signal may find the first alternate stack free, and what runs on it must not overflow
   it. */
static uint64_t change_stack(struct clab_recursion *recursion) {
  if (plan.changed || plan.bottom == CLAB_BOTTOM_OVERFLOW)
    return go_on() + 1;
  plan.changed = true;
  if (plan.depth > 20)
    plan.depth = 20;
  raise(SIGUSR2);
  return recursion->word;
}

static clab_recursive *const events[] = {sort, search,      send_signal, send_signal_directly,
                                         trap, change_stack};

/* ---- the bottom -------------------------------------------------------------------------------
 */

/* Each entry must be what the walk saw. */
struct telling {
  const struct clab_trace *trace;
  uint32_t first; /* entries before this one are over */
  bool right;
};

static bool check_told(void *context, uint64_t index, uint64_t pc, uint64_t cfa) {
  struct telling *telling = context;
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

static void walk(const ucontext_t *context) {
  struct clab_recursion_outcome *outcome = &shared->outcome;
  const struct clab_stack_range *range = plan.stack_known && stack.high ? &stack : NULL;
  clab_unwind_oracle(context, range, &outcome->trace, &outcome->oracle);
  outcome->walks++;
  if (!outcome->oracle.equal)
    leave(CLAB_RECURSION_DIFFERS);
  static struct clab_trace again;
  struct telling telling = {&outcome->trace, 0, true};
  clab_unwind_local(context, range, CLAB_UNWIND_FOLDED, &again, check_told, &telling);
  if (!telling.right || !adds_up(&outcome->trace) ||
      again.frame_count != outcome->trace.frame_count)
    leave(CLAB_RECURSION_TOLD_WRONG);
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
    __asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
    go_on();
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

static void catch (int signal, void *handler, int flags) {
  struct sigaction action = {.sa_flags = flags | SA_NODEFER};
  if (flags & SA_SIGINFO)
    action.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
  else
    action.sa_handler = (void (*)(int))handler;
  sigaction(signal, &action, NULL);
}

static void *begin(void *argument) {
  arm_alternate_stack();
  clab_optimizer_barrier(go_on());
  return argument;
}

static void begin_coroutine(void *argument) { begin(argument); }

static _Noreturn void child(uint64_t seed) {
  /* Whoever started the command may have blocked what is to be caught here. */
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  alarm(PATIENCE);
  clab_plan_init(&plan, seed);
  plan.bottom_function = bottom;
  plan.event_functions = events;
  plan.event_count = sizeof events / sizeof events[0];
  alternate_stacks = mmap(NULL, 2 * ALTERNATE_STACK, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  catch (SIGUSR1, interrupted, 0);
  catch (SIGUSR2, interrupted, SA_ONSTACK);
  catch (SIGILL, interrupted, 0);
  catch (SIGSEGV, at_bottom, SA_SIGINFO | SA_ONSTACK);
  catch (SIGBUS, at_bottom, SA_SIGINFO | SA_ONSTACK);
  catch (SIGTRAP, at_bottom, SA_SIGINFO | SA_ONSTACK);
  catch (SIGWINCH, at_bottom, SA_SIGINFO | SA_ONSTACK);
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
  clab_unwind_process_oracle(process, &shared->registers, &trace, &result);
  outcome->walks++;
  if (!result.equal) {
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
