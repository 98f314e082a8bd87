/* An integer division by zero, for which the processor raises #DE. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_divide_by_zero(void) {
  clab_optimizer_barrier(clab_optimizer_barrier(1) / clab_optimizer_barrier(0));
}
