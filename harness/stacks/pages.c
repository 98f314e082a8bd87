/* Mappings and touched pages of another process, asked for one at a time. */
#include "clab_stacks.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* struct procmap_query and struct pm_scan_arg (include/uapi/linux/fs.h), which older headers lack.
 */
struct mapping_query {
  uint64_t size, flags, address, start, end, vma_flags, page_size, offset, inode;
  uint32_t major, minor, name_size, build_size;
  uint64_t name, build;
};

struct page_region {
  uint64_t start, end, categories;
};

struct page_scan {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

enum { PRESENT = 1 << 3, SWAPPED = 1 << 4, HUGE = 1 << 6, GUARD = 1 << 8 };

/* Async-signal-safe: yes */
int clab_mapping_at(int maps, uint64_t address, struct clab_mapping_at *found) {
  struct mapping_query query = {.size = sizeof query, .address = address};
  if (ioctl(maps, _IOWR('f', 17, struct mapping_query), &query))
    return errno;
  *found = (struct clab_mapping_at){query.start, query.end, (uint32_t)query.vma_flags & 0xf};
  return 0;
}

/* The same of a kernel before 6.7. Async-signal-safe: yes */
static int read_pagemap(int pagemap, uint64_t low, uint64_t high, uint64_t *page) {
  uint64_t words[512];
  uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
  for (uint64_t at = low / size; at < high / size;) {
    uint64_t count = high / size - at;
    if (count > sizeof words / sizeof *words)
      count = sizeof words / sizeof *words;
    ssize_t got = pread(pagemap, words, count * sizeof *words, (off_t)(at * sizeof *words));
    if (got < (ssize_t)sizeof *words)
      return got < 0 ? errno : ENOENT;
    for (uint64_t i = 0; i < (uint64_t)got / sizeof *words; i++)
      if (words[i] >> 62) { /* present or in swap */
        *page = (at + i) * size;
        return 0;
      }
    at += (uint64_t)got / sizeof *words;
  }
  return ENOENT;
}

/* Async-signal-safe: yes */
int clab_lowest_touched(int pagemap, uint64_t low, uint64_t high, uint64_t *page, bool *is_huge) {
  struct page_region region = {0};
  struct page_scan scan = {.size = sizeof scan,
                           .start = low,
                           .end = high,
                           .vec = (uint64_t)&region,
                           .vec_len = 1,
                           .max_pages = 1,
                           .category_anyof_mask = PRESENT | SWAPPED,
                           .return_mask = HUGE};
  int count;
  *is_huge = false;
  do
    count = ioctl(pagemap, _IOWR('f', 16, struct page_scan), &scan);
  while (count < 0 && errno == EINTR);
  if (count < 0)
    return errno == ENOTTY || errno == EINVAL ? read_pagemap(pagemap, low, high, page) : errno;
  if (count == 0)
    return ENOENT;
  *page = region.start;
  *is_huge = region.categories & HUGE;
  return 0;
}

/* Async-signal-safe: yes */
int clab_next_hidden_guard(int pagemap, uint64_t low, uint64_t high, uint64_t guard[2]) {
  struct page_region region = {0};
  struct page_scan scan = {.size = sizeof scan,
                           .start = low,
                           .end = high,
                           .vec = (uint64_t)&region,
                           .vec_len = 1,
                           .category_mask = GUARD,
                           .return_mask = GUARD};
  int count;
  do
    count = ioctl(pagemap, _IOWR('f', 16, struct page_scan), &scan);
  while (count < 0 && errno == EINTR);
  if (count < 1)
    return count < 0 ? errno : ENOENT;
  guard[0] = region.start, guard[1] = region.end;
  return 0;
}

/* Async-signal-safe: yes */
uint64_t clab_end_of_hidden_guard(int pagemap, uint64_t low, uint64_t high) {
  uint64_t guard[2];
  return clab_next_hidden_guard(pagemap, low, high, guard) == 0 && guard[0] == low ? guard[1] : low;
}
