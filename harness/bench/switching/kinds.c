/*
 * Calls, syscalls, and switches between two stacks of one thread. Each loop is written out: what is
 * measured is a handful of instructions, and a shared driver would add its own.
 *
 * jump_fcontext is called through a pointer in a register, as cheap as a direct call.
 */
#include "clab_coroutine.h"
#include "coroutine/switch.h"
#include "crashlab_harness.h"
#include "switching/child.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Where a loop of a few instructions lies decides whether it takes two cycles or three. */
#define LOOP static __attribute__((noinline, aligned(64))) void

enum { STACK_SIZE = 64 * 1024, WARM_UP = 1000 };

static _Alignas(64) char other_stack[STACK_SIZE];
static char *const other_stack_high = other_stack + STACK_SIZE;

/* Hides where a pointer came from, so that a call through it stays a call through it. */
#define HIDDEN(pointer)                                                                            \
  ({                                                                                               \
    __typeof__(pointer) hidden = (pointer);                                                        \
    __asm__ volatile("" : "+r"(hidden));                                                           \
    hidden;                                                                                        \
  })

/* ---- calls ----------------------------------------------------------------------------------- */

static __attribute__((noinline)) void nothing(void) { __asm__ volatile(""); }

LOOP indirect_call(uint64_t n) {
  void (*call)(void) = HIDDEN(&nothing);
  while (n--)
    call();
}

LOOP get_pid(uint64_t n) {
  while (n--)
    syscall(SYS_getpid);
}

LOOP signal_mask(uint64_t n) {
  uint64_t set = 0, old;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, sizeof set);
  while (n--)
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set, &old, sizeof set);
}

LOOP yield(uint64_t n) {
  while (n--)
    syscall(SYS_sched_yield);
}

static uint32_t *futex_word;

LOOP futex(uint64_t n) {
  while (n--) {
    syscall(SYS_futex, futex_word, FUTEX_WAKE, 1, NULL, NULL, 0);
    syscall(SYS_futex, futex_word, FUTEX_WAIT, 1, NULL, NULL, 0);
  }
}

/* ---- switches: two a turn -------------------------------------------------------------------- */

static void *here, *there;

LOOP switch_back(void *argument) {
  (void)argument;
  for (;;)
    clab_switch(&there, here);
}

LOOP switches(uint64_t n) {
  for (n /= 2; n--;)
    clab_switch(&here, there);
}

LOOP full_switch_back(void *argument) {
  (void)argument;
  for (;;)
    clab_switch_full(&there, here);
}

LOOP full_switches(uint64_t n) {
  for (n /= 2; n--;)
    clab_switch_full(&here, there);
}

static struct clab_inline_stack inline_here, inline_there;

LOOP inline_back(void *argument) {
  (void)argument;
  for (;;)
    clab_switch_inline(&inline_there, &inline_here);
}

LOOP inline_switches(uint64_t n) {
  for (n /= 2; n--;)
    clab_switch_inline(&inline_here, &inline_there);
}

static struct clab_coroutine coroutine;

LOOP suspend(void *argument) {
  (void)argument;
  for (;;)
    clab_coroutine_suspend();
}

LOOP resumes(uint64_t n) {
  for (n /= 2; n--;)
    clab_coroutine_resume(&coroutine);
}

static ucontext_t ucontext_here, ucontext_there;

LOOP swap_back(void) {
  for (;;)
    swapcontext(&ucontext_there, &ucontext_here);
}

LOOP swaps(uint64_t n) {
  for (n /= 2; n--;)
    swapcontext(&ucontext_here, &ucontext_there);
}

/* boost/context/detail/fcontext.hpp, whose functions have C names. */
struct transfer {
  void *context;
  void *data;
};
typedef struct transfer (*jump)(void *, void *);
typedef void *(*make)(void *, size_t, void (*)(struct transfer));

static jump the_jump;
static void *fcontext_there;

LOOP jump_back(struct transfer from) {
  jump jump_stacks = HIDDEN(the_jump);
  for (;;)
    from = jump_stacks(from.context, NULL);
}

LOOP jumps(uint64_t n) {
  jump jump_stacks = HIDDEN(the_jump);
  void *other = fcontext_there;
  for (n /= 2; n--;)
    other = jump_stacks(other, NULL).context;
  fcontext_there = other;
}

static int load_fcontext(void) {
  void *library = dlopen("libboost_context.so", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return ENOENT;
  make make_stack = (make)dlsym(library, "make_fcontext");
  the_jump = (jump)dlsym(library, "jump_fcontext");
  if (!make_stack || !the_jump)
    return ENOENT;
  fcontext_there = make_stack(other_stack_high, STACK_SIZE, jump_back);
  return 0;
}

/* ---- one sample ------------------------------------------------------------------------------ */

typedef void (*loop)(uint64_t);

static int prepare(enum clab_switch_kind kind, loop *loop) {
  switch (kind) {
  case CLAB_SWITCH_INDIRECT_CALL:
    *loop = indirect_call;
    return 0;
  case CLAB_SWITCH_COROUTINE:
    there = clab_switch_prepare(other_stack_high, switch_back, NULL);
    *loop = switches;
    return 0;
  case CLAB_SWITCH_COROUTINE_FULL:
    there = clab_switch_prepare(other_stack_high, full_switch_back, NULL);
    *loop = full_switches;
    return 0;
  case CLAB_SWITCH_COROUTINE_INLINE:
    clab_switch_inline_prepare(&inline_there, other_stack_high, inline_back, NULL);
    *loop = inline_switches;
    return 0;
  case CLAB_SWITCH_COROUTINE_RESUME:
    *loop = resumes;
    return clab_coroutine_init(&coroutine, other_stack, STACK_SIZE, suspend, NULL);
  case CLAB_SWITCH_FCONTEXT:
    *loop = jumps;
    return load_fcontext();
  case CLAB_SWITCH_SWAPCONTEXT:
    if (getcontext(&ucontext_there) < 0)
      return errno;
    ucontext_there.uc_stack.ss_sp = other_stack;
    ucontext_there.uc_stack.ss_size = STACK_SIZE;
    makecontext(&ucontext_there, swap_back, 0);
    *loop = swaps;
    return 0;
  case CLAB_SWITCH_GETPID:
    *loop = get_pid;
    return 0;
  case CLAB_SWITCH_SIGPROCMASK:
    *loop = signal_mask;
    return 0;
  case CLAB_SWITCH_YIELD:
    *loop = yield;
    return 0;
  case CLAB_SWITCH_FUTEX:
    futex_word =
        mmap(NULL, sizeof *futex_word, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *loop = futex;
    return futex_word == MAP_FAILED ? errno : 0;
  case CLAB_SWITCH_COUNT:
    break;
  }
  return EINVAL;
}

struct switch_order {
  enum clab_switch_kind kind;
  uint64_t operations;
};

static int measure(void *shared, const void *argument) {
  const struct switch_order *order = argument;
  struct clab_sample *sample = shared;
  loop loop = NULL;
  int error = prepare(order->kind, &loop);
  if (error)
    return error;
  uint64_t operations = order->operations / 2 * 2;
  loop(WARM_UP + operations / 10 / 2 * 2);
  struct rusage before, after;
  getrusage(RUSAGE_THREAD, &before);
  uint64_t processor = clab_thread_time();
  uint64_t start = clab_now();
  loop(operations);
  sample->elapsed = clab_now() - start;
  sample->processor = clab_thread_time() - processor;
  getrusage(RUSAGE_THREAD, &after);
  sample->operations = sample->switch_operations = operations;
  sample->voluntary = (uint64_t)(after.ru_nvcsw - before.ru_nvcsw);
  sample->involuntary = (uint64_t)(after.ru_nivcsw - before.ru_nivcsw);
  sample->cycles_per_nanosecond = clab_cycles_per_nanosecond();
  return 0;
}

int clab_measure_switch(enum clab_switch_kind kind, const struct clab_placement *placement,
                        uint64_t operations, struct clab_sample *sample) {
  struct switch_order order = {.kind = kind, .operations = operations};
  return clab_measure_in_child(placement, measure, &order, sample, sizeof *sample);
}
