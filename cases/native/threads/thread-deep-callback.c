/* A comparator that sorts: about every second frame is the C library's. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <stdlib.h>

static int compare(const void *left, const void *right) {
  uint64_t pair[2] = {*(const uint64_t *)left + 1, *(const uint64_t *)right};
  qsort(pair, 2, sizeof pair[0], compare);
  return (int)clab_optimizer_barrier(pair[0]);
}

void clab_case_thread_deep_callback(void) {
  uint64_t pair[2] = {clab_optimizer_barrier(2), clab_optimizer_barrier(1)};
  qsort(pair, 2, sizeof pair[0], compare);
}
