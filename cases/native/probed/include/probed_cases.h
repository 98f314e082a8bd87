/* Made by .github/generate from the C files beside this folder, which describe each function. */
#ifndef CRASHLAB_PROBED_CASES_H
#define CRASHLAB_PROBED_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void clab_case_array_probed(void);

#endif
