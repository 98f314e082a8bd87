/* Bodies that are compiled with stack probes. */
#ifndef CRASHLAB_PROBED_CASES_H
#define CRASHLAB_PROBED_CASES_H

void clab_case_array_probed(void);

#endif
