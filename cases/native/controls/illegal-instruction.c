/* An instruction that is defined to be invalid. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_illegal_instruction(void) {
#if defined(__x86_64__)
  __asm__ volatile("ud2");
#elif defined(__aarch64__)
  __asm__ volatile("udf #0");
#endif
}
