/* A write to the program's own code. (Not to a constant: gold, which links Swift programs, may put
   constants into the writable segment; look at `readelf -lW`.) */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_read_only_write(void) {
  *(volatile uint64_t *)clab_optimizer_barrier((uint64_t)&clab_case_read_only_write) = 1;
}
