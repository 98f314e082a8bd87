/*
 * The kernel's own count of page table loads and TLB flushes on task switches.
 */
#ifndef CLAB_SWITCHING_FLUSHES_H
#define CLAB_SWITCHING_FLUSHES_H

#include "clab_switching.h"

struct clab_flush_counters {
  int loads, flushes; /* descriptors */
};

struct clab_flush_counts {
  uint64_t loads, flushes;
};

/* Starts to count on that processor, which must be one. Returns 0 or an errno.
   Async-signal-safe: yes */
int clab_flushes_open(struct clab_flush_counters *counters, uint32_t event, int cpu);

/* What was counted until now. Async-signal-safe: yes */
struct clab_flush_counts clab_flushes_read(const struct clab_flush_counters *counters);

#endif
