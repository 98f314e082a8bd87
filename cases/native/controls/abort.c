/* abort: a signal that the process sends to itself. */
#include "native_cases.h"

#include <stdlib.h>

void clab_case_abort(void) { abort(); }
