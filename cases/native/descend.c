/* Recursion without an end, in frames that the compiler can neither merge nor drop. */
#include "crashlab_harness.h"
#include "handler_cases.h"

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  return clab_opaque(descend(clab_opaque(depth + 1))) + depth;
}

void clab_case_descend(void) { clab_opaque(descend(0)); }
