#include "clab_call_frames.h"

#include "cfi/row.h"

#include <stdlib.h>

/* Records may share a CIE, and its instructions are executed for each: this many bytes are read for
   one of the section. What compilers make needs 4. */
enum { MOST_READ = 64, LEAST_READ = 1 << 20 };

struct reader {
  struct clab_code code;
  struct clab_entry_buffers buffers;
  struct clab_rows rows;
};

static uint64_t cost_of(const struct clab_fde *fde) {
  return (uint64_t)(fde->cie.instructions.end - fde->cie.instructions.at) +
         (uint64_t)(fde->instructions.end - fde->instructions.at);
}

bool clab_call_frames_visit(const void *bytes, size_t size, uint64_t address,
                            clab_call_frame_visitor visitor, void *context) {
  struct reader *reader = malloc(sizeof *reader);
  if (reader == NULL)
    return false;
  clab_code_init(&reader->code, NULL, false);
  reader->code.overlay = (struct clab_overlay){address, size, bytes};
  uint64_t at = address, next, budget = LEAST_READ + MOST_READ * (uint64_t)size;
  struct clab_fde fde;
  enum clab_entry_kind kind = CLAB_ENTRY_OTHER;
  for (; at - address < size; at = next) {
    kind = clab_entry_read(&reader->code, at, &reader->buffers, &fde, &next);
    if (kind == CLAB_ENTRY_END)
      break;
    if (kind != CLAB_ENTRY_FUNCTION || fde.size == 0)
      continue;
    uint64_t cost = cost_of(&fde);
    if (cost > budget)
      break;
    budget -= cost;
    clab_rows_run(&reader->rows, &fde, UINT64_MAX);
    struct clab_call_frame frame = {fde.start, fde.size, reader->rows.deepest};
    visitor(context, &frame);
  }
  free(reader);
  /* Usual sections end with a length of 0. */
  return at - address >= size || (kind == CLAB_ENTRY_END && size - (at - address) == 4);
}
