/*
 * Ranges of addresses that are looked up by an address.
 */
#ifndef CLAB_NAMING_RANGES_H
#define CLAB_NAMING_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
  uint64_t low;
  uint64_t high;
  /* Of a unit: its number. Of a function: its DIE's offset. */
  uint64_t value;
};

/* Ranges by their low end. */
struct ranges {
  struct range *items;
  size_t count;
  size_t capacity;
  bool is_sorted;
};

/* Async-signal-safe: no */
bool clab_ranges_add(struct ranges *ranges, uint64_t low, uint64_t high, uint64_t value);
/* Sorts them first if need be. The narrowest by its low end, or NULL. Async-signal-safe: no */
const struct range *clab_ranges_find(struct ranges *ranges, uint64_t address);

#endif
