#include "events.h"

#include "crashlab_harness.h"
#include "truth.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31) /* linux/signal.h, which glibc's signal.h excludes */
#endif
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51 /* linux/auxvec.h */
#endif

enum {
  LARGE_STACK = 256 << 10,
  GUARD = 4 << 10,
  SMALL_STACKS = 8,
  SMALL_FRAMES = 3,       /* that may lie on a small stack, signals among them */
  LARGEST_FRAME = 6 << 10 /* bytes, but for a signal's */
};

static struct clab_plan *plan;
static uint8_t *large_stack, *small_stacks;
static size_t small_size;
static unsigned changes;  /* of the stack */
static unsigned until_it; /* instructions until the recursion is interrupted */

uint64_t clab_go_on(void) {
  struct clab_recursion *recursion = &plan->recursion;
  return recursion->call(recursion, recursion->next(recursion)) + 1;
}

void clab_catch(int signal, void *handler, int flags) {
  struct sigaction action = {.sa_flags = flags | SA_NODEFER};
  if (flags & SA_SIGINFO)
    action.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
  else
    action.sa_handler = (void (*)(int))handler;
  sigaction(signal, &action, NULL);
}

/* ---- the C library calls back ------------------------------------------------------------------
 */

static int compare_words(const void *a, const void *b) {
  (void)a, (void)b;
  return (int)(clab_go_on() & 1);
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

/* ---- signals -----------------------------------------------------------------------------------
 */

static void arm(uint8_t *stack, size_t size) {
  stack_t alternate = {.ss_sp = stack, .ss_size = size, .ss_flags = (int)SS_AUTODISARM};
  if (sigaltstack(&alternate, NULL) == 0)
    return;
  alternate.ss_flags = 0;
  sigaltstack(&alternate, NULL);
}

void clab_arm_large_stack(void) { arm(large_stack, LARGE_STACK); }

/* It does not ask for the context, and gets no siginfo. */
static void interrupted(int signal) {
  (void)signal;
  clab_arm_large_stack();
  clab_optimizer_barrier(clab_go_on());
}

static void interrupted_there(int signal, siginfo_t *info, void *context) {
  (void)info;
  clab_truth_record(&plan->recursion, context);
  interrupted(signal);
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

/* The recursion goes on from a small stack, at a higher or a lower address, where there is room for
   a few frames. */
static uint64_t change_stack(struct clab_recursion *recursion) {
  enum { STEP = 3 /* has no divisor in common with the number of stacks */ };
  if (changes == SMALL_STACKS || plan->bottom == CLAB_BOTTOM_OVERFLOW)
    return clab_go_on();
  unsigned number = (unsigned)(plan->stack_size >> 16) + changes++ * STEP;
  arm(small_stacks + number % SMALL_STACKS * (GUARD + small_size) + GUARD, small_size);
  plan->depth = 1 + clab_plan_random(plan, SMALL_FRAMES);
  plan->segment = clab_plan_random(plan, SMALL_FRAMES);
  raise(SIGUSR2);
  return recursion->word;
}

#if defined(__x86_64__)
static void stepped(int signal, siginfo_t *info, void *context) {
  if (--until_it == 0)
    interrupted_there(signal, info, context);
}

/* At any instruction that comes soon: of a frame, of what chooses it, of a function that returns,
   of the vDSO. */
static uint64_t interrupt_soon(struct clab_recursion *recursion) {
  bool elsewhere = clab_plan_random(plan, 2);
  until_it = 1 + (unsigned)clab_plan_random(plan, elsewhere ? 600 : 200);
  clab_catch(SIGTRAP, (void *)stepped, SA_SIGINFO);
  clab_trap_always();
  while (elsewhere) {
    struct timespec now;
    struct timeval today;
    clock_gettime(CLOCK_MONOTONIC, &now);
    clab_returning();
    gettimeofday(&today, NULL);
    clab_optimizer_barrier((uint64_t)time(NULL) + (uint64_t)sched_getcpu());
  }
  return clab_go_on() + recursion->word;
}
#endif

static clab_recursive *const events[] = {
    sort,          search, send_signal, send_signal_directly, trap, change_stack,
#if defined(__x86_64__)
    interrupt_soon
#endif
};

void clab_events_prepare(struct clab_plan *of) {
  size_t signal_frame = getauxval(AT_MINSIGSTKSZ);
  plan = of;
  plan->event_functions = events;
  plan->event_count = sizeof events / sizeof events[0];
  if (signal_frame == 0)
    signal_frame = MINSIGSTKSZ;
  small_size = (SMALL_FRAMES + 1) * (signal_frame + LARGEST_FRAME);
  small_size = (small_size + GUARD - 1) / GUARD * GUARD;
  large_stack = clab_map_stack(0, false, GUARD, LARGE_STACK);
  small_stacks = mmap(NULL, SMALL_STACKS * (GUARD + small_size), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  for (unsigned i = 0; i < SMALL_STACKS; i++)
    mprotect(small_stacks + i * (GUARD + small_size), GUARD, PROT_NONE);
  clab_catch(SIGUSR1, (void *)interrupted, 0);
  clab_catch(SIGUSR2, (void *)interrupted_there, SA_SIGINFO | SA_ONSTACK);
  clab_catch(SIGILL, (void *)interrupted_there, SA_SIGINFO);
}
