/* An array larger than the main stack's limit; its lowest byte is touched. The size depends on the
   limit, so the array is allocated at run time. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <sys/resource.h>

static __attribute__((noinline)) unsigned char touch_lowest(size_t size) {
  volatile unsigned char *array = __builtin_alloca(size);
  array[clab_optimizer_barrier(0)] = 0xee;
  return array[clab_optimizer_barrier(0)];
}

void clab_case_main_huge_array(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY)
    clab_skip("the main stack has no limit");
  clab_optimizer_barrier(touch_lowest(limit.rlim_cur + 512 * 1024));
}
