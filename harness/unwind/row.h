/* Call frame instructions: they describe a table, of which one row is wanted. */
#ifndef CLAB_ROW_H
#define CLAB_ROW_H

#include "unwind/entry.h"

/* How a register of the caller is found. */
enum { CLAB_SAME = 0, CLAB_AT_OFFSET, CLAB_FROM_SP, CLAB_UNDEFINED, CLAB_OTHER };

/* Executes call frame instructions on the prover's row until their location passes `pc`.
   `reader->bad` when there is anything that is not understood. Async-signal-safe: yes */
void clab_row_execute(struct clab_cfi *cfi, const struct clab_cie *cie, struct clab_bytes *reader,
                      uint64_t location, uint64_t pc);

#endif
