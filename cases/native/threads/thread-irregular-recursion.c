/*
 * A recursive descent over random input that never ends. Which function comes next depends on the
 * input, so no run of frames repeats; one of them has a frame whose size depends on it too. The
 * input is the same in every run.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

typedef uint64_t rule(uint64_t depth);

static rule expression, term, factor, call, list, text;
static rule *const rules[] = {expression, term, factor, call, list, text};
static uint64_t input = 1;

/* Knuth's MMIX generator: its high bits are random enough to choose a rule. */
static uint64_t next_token(void) {
  input = input * 6364136223846793005u + 1442695040888963407u;
  return input >> 33;
}

static __attribute__((noinline)) uint64_t next_rule(uint64_t depth) {
  return clab_optimizer_barrier(rules[next_token() % 6](depth + 1)) + depth;
}

static __attribute__((noinline)) uint64_t expression(uint64_t depth) {
  return clab_optimizer_barrier(next_rule(depth)) ^ depth;
}

static __attribute__((noinline)) uint64_t term(uint64_t depth) {
  volatile uint64_t operands[4] = {depth};
  return clab_optimizer_barrier(next_rule(depth)) ^ operands[0];
}

static __attribute__((noinline)) uint64_t factor(uint64_t depth) {
  volatile uint64_t digits[11] = {depth};
  return clab_optimizer_barrier(next_rule(depth)) ^ digits[0];
}

static __attribute__((noinline)) uint64_t call(uint64_t depth) {
  volatile uint64_t arguments[24] = {depth};
  return clab_optimizer_barrier(next_rule(depth)) ^ arguments[0];
}

static __attribute__((noinline)) uint64_t list(uint64_t depth) {
  volatile uint64_t elements[50] = {depth};
  return clab_optimizer_barrier(next_rule(depth)) ^ elements[0];
}

static __attribute__((noinline)) uint64_t text(uint64_t depth) {
  size_t length = 16 + next_token() % 256;
  volatile unsigned char *characters = __builtin_alloca(length);
  characters[length - 1] = (unsigned char)depth;
  return clab_optimizer_barrier(next_rule(depth)) ^ characters[length - 1];
}

void clab_case_thread_irregular_recursion(void) { clab_optimizer_barrier(expression(0)); }
