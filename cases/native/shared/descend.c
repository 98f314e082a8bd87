/* Endless recursion in frames that the compiler can neither merge nor omit. */
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  return clab_optimizer_barrier(descend(clab_optimizer_barrier(depth + 1))) + depth;
}

void clab_case_descend(void) { clab_optimizer_barrier(descend(0)); }
