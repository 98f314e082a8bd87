/* Formats a double. The text's buffer is not on the stack. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <stdio.h>

/* Returns how many characters the value takes. */
long clab_case_coroutine_small_stack_library_call(double value) {
  static char text[512];
  return snprintf(text, sizeof text, "%f", value);
}
