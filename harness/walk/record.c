#include "walk/record.h"

#include <string.h>

void clab_recorder_init(struct clab_recorder *recorder, struct clab_trace *trace) {
  recorder->trace = trace;
  recorder->head_count = 0;
  recorder->kept_count = 0;
  recorder->tail_count = 0;
}

/* An entry falls out of the tail: folds are kept, the largest first. */
static void keep(struct clab_recorder *recorder, const struct clab_frame *entry) {
  if (entry->count == 1)
    return;
  if (recorder->kept_count < CLAB_TRACE_KEPT) {
    recorder->kept[recorder->kept_count++] = *entry;
    return;
  }
  unsigned least = 0;
  for (unsigned i = 1; i < CLAB_TRACE_KEPT; i++)
    if (recorder->kept[i].count < recorder->kept[least].count)
      least = i;
  if (recorder->kept[least].count < entry->count)
    recorder->kept[least] = *entry;
}

void clab_recorder_add(struct clab_recorder *recorder, const struct clab_frame *entry) {
  if (recorder->head_count < CLAB_TRACE_HEAD) {
    recorder->trace->entries[recorder->head_count++] = *entry;
    return;
  }
  struct clab_frame *place = &recorder->tail[recorder->tail_count % CLAB_TRACE_TAIL];
  if (recorder->tail_count >= CLAB_TRACE_TAIL)
    keep(recorder, place);
  *place = *entry;
  recorder->tail_count++;
}

void clab_recorder_finish(struct clab_recorder *recorder) {
  struct clab_trace *trace = recorder->trace;
  struct clab_frame *entries = trace->entries;
  unsigned count = recorder->head_count;
  /* The kept folds lost their order when larger ones took the places of smaller ones. */
  for (unsigned i = 0; i < recorder->kept_count; i++) {
    unsigned place = count + i;
    while (place > count && entries[place - 1].index > recorder->kept[i].index) {
      entries[place] = entries[place - 1];
      place--;
    }
    entries[place] = recorder->kept[i];
  }
  count += recorder->kept_count;
  uint64_t tail = recorder->tail_count;
  for (uint64_t i = tail < CLAB_TRACE_TAIL ? 0 : tail - CLAB_TRACE_TAIL; i < tail; i++)
    entries[count++] = recorder->tail[i % CLAB_TRACE_TAIL];
  trace->entry_count = count;
  trace->left_out = trace->frame_count;
  for (unsigned i = 0; i < count; i++)
    trace->left_out -= entries[i].count;
}
