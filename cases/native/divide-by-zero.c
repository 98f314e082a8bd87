/* An integer division by zero, which the processor refuses. */
#include "control_cases.h"
#include "crashlab_harness.h"

void clab_case_divide_by_zero(void) { clab_opaque(clab_opaque(1) / clab_opaque(0)); }
