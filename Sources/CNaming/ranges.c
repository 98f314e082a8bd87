/*
 * Sorted once, when the first address is looked up.
 */
#include "ranges.h"

#include <stdlib.h>

bool clab_ranges_add(struct ranges *ranges, uint64_t low, uint64_t high, uint64_t value) {
  if (low >= high)
    return true;
  if (ranges->count == ranges->capacity) {
    size_t capacity = ranges->capacity ? 2 * ranges->capacity : 64;
    struct range *items = reallocarray(ranges->items, capacity, sizeof *items);
    if (!items)
      return false;
    ranges->items = items;
    ranges->capacity = capacity;
  }
  ranges->items[ranges->count++] = (struct range){low, high, value};
  ranges->is_sorted = false;
  return true;
}

static int by_low(const void *a, const void *b) {
  const struct range *left = a;
  const struct range *right = b;
  if (left->low != right->low)
    return left->low < right->low ? -1 : 1;
  /* The narrower one last, where the search begins. */
  return left->high == right->high ? 0 : left->high > right->high ? -1 : 1;
}

const struct range *clab_ranges_find(struct ranges *ranges, uint64_t address) {
  if (!ranges->is_sorted && ranges->count)
    qsort(ranges->items, ranges->count, sizeof *ranges->items, by_low);
  ranges->is_sorted = true;
  size_t low = 0;
  size_t high = ranges->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (ranges->items[middle].low <= address)
      low = middle + 1;
    else
      high = middle;
  }
  /* Ranges seldom overlap; a wide one before many narrow ones is found all the same. */
  for (size_t steps = 0; low > 0 && steps < 1024; steps++, low--)
    if (address < ranges->items[low - 1].high)
      return &ranges->items[low - 1];
  return NULL;
}
