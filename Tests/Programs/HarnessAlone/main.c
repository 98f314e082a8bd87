/*
 * The harness without Swift, in one program that an emulator and the sanitizers can run: the
 * coroutine switch, the decoder of calls, and the unwinder held against libunwind. The scripts
 * beside this file compile and start it.
 */
#include "architecture/call.h"
#include "checks.h"
#include "clab_benchmark.h"
#include "clab_coroutine.h"
#include "crashlab_harness.h"
#include "plan.h"
#include "random_recursions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#define ANY_FRACTION(value) "+x"(value)
#else
#define ANY_FRACTION(value) "+w"(value)
#endif

enum { SWITCHES = 1000, SEEDS = 500 };

static unsigned failures;

void expect(bool holds, const char *what) {
  printf("%s  %s\n", holds ? "ok  " : "FAIL", what);
  failures += !holds;
}

/* ---- coroutines: registers that a call preserves survive a switch ------------------------------
 */

static uint64_t integers;
static double fractions;

static void count(void *argument) {
  uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10;
  double p = 0.5, q = 1.5, r = 2.5, s = 3.5, t = 4.5, u = 5.5, v = 6.5, w = 7.5;
  for (int round = 0; round < SWITCHES; round++) {
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    __asm__ volatile("" : "+r"(g), "+r"(h), "+r"(i), "+r"(j));
    __asm__ volatile("" : ANY_FRACTION(p), ANY_FRACTION(q), ANY_FRACTION(r), ANY_FRACTION(s));
    __asm__ volatile("" : ANY_FRACTION(t), ANY_FRACTION(u), ANY_FRACTION(v), ANY_FRACTION(w));
    clab_coroutine_suspend();
    integers += a + b + c + d + e + f + g + h + i + j;
    fractions += p + q + r + s + t + u + v + w;
  }
  *(bool *)argument = true;
}

static void check_coroutines(void) {
  static _Alignas(16) char stack[64 << 10];
  struct clab_coroutine coroutine;
  bool returned = false;
  uint64_t resumed = 0;
  clab_coroutine_init(&coroutine, stack, sizeof stack, count, &returned);
  while (clab_coroutine_resume(&coroutine) == CLAB_COROUTINE_SUSPENDED)
    resumed++;
  expect(returned && resumed == SWITCHES && clab_coroutine_current() == NULL,
         "a coroutine is resumed as often as it suspends");
  expect(integers == 55 * SWITCHES && fractions == 32.0 * SWITCHES,
         "preserved registers survive the switch");
}

/* ---- calls -------------------------------------------------------------------------------------
 */

static void check_calls(void) {
  static const struct {
    uint8_t code[CLAB_LONGEST_CALL]; /* ends in the instruction */
    bool is_call;
  } rows[] = {
#if defined(__x86_64__)
    {{0x90, 0x90, 0xe8, 1, 2, 3, 4}, true},              /* call 0x4030201 */
    {{0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0xd0}, true},  /* call *%rax */
    {{0x90, 0x90, 0x90, 0x90, 0xff, 0x55, 8}, true},     /* call *8(%rbp) */
    {{0x90, 0xff, 0x15, 1, 2, 3, 4}, true},              /* call *0x4030201(%rip) */
    {{0x90, 0x90, 0x90, 0x90, 0xff, 0x14, 0x24}, true},  /* call *(%rsp) */
    {{0xff, 0x94, 0x24, 1, 2, 3, 4}, true},              /* call *0x4030201(%rsp) */
    {{0x90, 0x90, 0xe9, 1, 2, 3, 4}, false},             /* jmp */
    {{0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0xe0}, false}, /* jmp *%rax */
    {{0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0x15}, false}, /* cut short */
    {{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90}, false}, /* nop */
#elif defined(__aarch64__)
    {{0, 0, 0, 0x28, 0xea, 0xff, 0x97}, true},  /* bl */
    {{0, 0, 0, 0x00, 0x01, 0x3f, 0xd6}, true},  /* blr x8 */
    {{0, 0, 0, 0x1f, 0x09, 0x3f, 0xd6}, true},  /* blraaz x8 */
    {{0, 0, 0, 0x01, 0x00, 0x00, 0x14}, false}, /* b */
    {{0, 0, 0, 0x00, 0x01, 0x1f, 0xd6}, false}, /* br x8 */
    {{0, 0, 0, 0xc0, 0x03, 0x5f, 0xd6}, false}, /* ret */
#endif
  };
  bool right = true;
  for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
    right &= clab_call_ends_at(rows[i].code + CLAB_LONGEST_CALL) == rows[i].is_call;
  expect(right, "calls are told from other instructions");
}

/* ---- unwinding ---------------------------------------------------------------------------------
 */

static void check_overflow(bool irregular) {
  struct clab_overflow *overflow = clab_overflow_create();
  pid_t child = clab_fork_overflow(overflow, irregular, 0);
  char what[160];
  snprintf(what, sizeof what, "an overflow is walked as libunwind steps it (%s): %llu, %llu frames",
           irregular ? "irregular" : "regular", (unsigned long long)overflow->folded_frames,
           (unsigned long long)overflow->step_frames);
  expect(child > 0 && overflow->folded_frames > 1000 &&
             overflow->folded_frames == overflow->step_frames,
         what);
  if (child > 0)
    clab_end_overflow(child);
  clab_overflow_destroy(overflow);
}

/* The emulator's signal frame has no unwind information, so that no signal may lie in the middle.
 */
static bool can_run(uint64_t seed) {
#if defined(EMULATED)
  struct clab_plan plan;
  clab_plan_init(&plan, seed);
  return plan.events == 0 && plan.bottom != CLAB_BOTTOM_STEPPED;
#else
  (void)seed;
  return true;
#endif
}

static void check_recursions(uint64_t first) {
  unsigned ran = 0, equal = 0;
  unsigned long long frames = 0, verified = 0, replayed = 0, steps = 0, registers = 0;
  for (uint64_t seed = first; seed < first + SEEDS; seed++) {
    struct clab_recursion_outcome outcome;
    if (!can_run(seed))
      continue;
    if (clab_recursion_run(seed, &outcome) != 0)
      abort();
    ran++;
    equal += outcome.verdict == CLAB_RECURSION_EQUAL;
    frames += outcome.oracle.frames;
    verified += outcome.trace.verified;
    replayed += outcome.trace.replayed;
    steps += outcome.trace.steps;
    registers += outcome.truth.registers;
    if (outcome.verdict != CLAB_RECURSION_EQUAL)
      printf("      seed %llu: %s, %s, verdict %u, wait status 0x%x, frame %llu, register %d\n",
             (unsigned long long)seed, outcome.base, outcome.bottom, outcome.verdict,
             (unsigned)outcome.status, (unsigned long long)outcome.oracle.frames,
             (int)outcome.oracle.differing_register);
  }
  char what[200];
  snprintf(
      what, sizeof what,
      "%u of %u random recursions are walked truly: %llu frames, %llu in verified runs, %llu by "
      "proved rules, %llu by libunwind; %llu registers as noted",
      equal, ran, frames, verified, replayed, steps, registers);
  expect(ran > 0 && equal == ran, what);
}

int main(int count_of_arguments, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  clab_laboratory_prepare();
  check_coroutines();
  check_calls();
  check_rows();
  check_overflow(false);
  check_overflow(true);
  check_recursions(count_of_arguments > 1 ? strtoull(arguments[1], NULL, 10) : 1);
  return failures != 0;
}
