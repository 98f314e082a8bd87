#include "clab_frame_index.h"

#include "cfi/rule.h"
#include "elf/section.h"

#include <stdlib.h>
#include <string.h>

/* As in .eh_frame_header: distances from the header. */
struct entry {
  int32_t start;
  int32_t fde;
};

/* Version 1, pointers of 4 bytes, the count of 4 bytes, entries as distances of 4 bytes: the one
   encoding that is understood (clab_table_read). */
struct header {
  uint8_t version, pointers, count_encoding, entries_encoding;
  int32_t frames;
  uint32_t count;
};

enum { PAGE = 4096, MOST_ENTRIES = 1 << 20 };

static int compare(const void *left, const void *right) {
  int32_t a = ((const struct entry *)left)->start, b = ((const struct entry *)right)->start;
  return a < b ? -1 : a > b;
}

static size_t room_for(size_t entries) {
  size_t size = sizeof(struct header) + entries * sizeof(struct entry);
  return (size + PAGE - 1) / PAGE * PAGE;
}

/* The functions of all records from `address` on, relative to `origin`. */
static struct entry *collect(struct clab_prover *prover, uint64_t address, uint64_t origin,
                             size_t *count) {
  struct entry *entries = NULL;
  size_t capacity = 0;
  uint64_t next;
  struct clab_fde fde;
  enum clab_entry_kind kind;
  *count = 0;
  for (; *count < MOST_ENTRIES; address = next) {
    kind = clab_entry_read(&prover->code, address, &prover->buffers, &fde, &next);
    if (kind == CLAB_ENTRY_END)
      break;
    int64_t to_start = (int64_t)(fde.start - origin), to_record = (int64_t)(address - origin);
    if (kind != CLAB_ENTRY_FUNCTION || fde.start == 0 || to_start != (int32_t)to_start ||
        to_record != (int32_t)to_record)
      continue;
    if (*count == capacity) {
      capacity = capacity ? 2 * capacity : 1024;
      struct entry *more = realloc(entries, capacity * sizeof *entries);
      if (more == NULL)
        break;
      entries = more;
    }
    entries[(*count)++] = (struct entry){(int32_t)to_start, (int32_t)to_record};
  }
  return entries;
}

void clab_frame_index_make(struct clab_frame_index *index, const struct clab_target *target,
                           const struct clab_image *image, int file) {
  struct clab_section frames;
  *index = (struct clab_frame_index){0};
  if (!clab_section_find(file, ".eh_frame", &frames) || !frames.loaded)
    return;
  struct clab_prover *prover = malloc(sizeof *prover);
  if (prover == NULL)
    return;
  clab_code_init(&prover->code, target, false);
  size_t count;
  struct entry *entries = collect(prover, image->low + frames.address, image->low, &count);
  free(prover);
  size_t size = room_for(count);
  /* Below the image, a page apart: nothing is mapped there, and distances are as short. */
  uint64_t header = image->low - size - PAGE;
  uint8_t *bytes = count > 0 && header < image->low ? calloc(1, size) : NULL;
  if (bytes != NULL) {
    qsort(entries, count, sizeof *entries, compare);
    int32_t distance = (int32_t)(image->low - header);
    for (size_t i = 0; i < count; i++) {
      entries[i].start += distance;
      entries[i].fde += distance;
    }
    struct header head = {1, 0x1b, 0x03, 0x3b, 0, (uint32_t)count};
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, entries, count * sizeof *entries);
    *index = (struct clab_frame_index){image->low, header, size, bytes};
  }
  free(entries);
}

void clab_frame_index_free(struct clab_frame_index *index) {
  free(index->bytes);
  *index = (struct clab_frame_index){0};
}

void clab_frame_index_use(const struct clab_frame_index *index, struct clab_image *image) {
  if (index->bytes != NULL && index->image == image->low) {
    image->eh_frame_header = index->header;
    image->low = index->header; /* the table is read as a part of it */
  }
}

size_t clab_frame_index_read(const struct clab_frame_index *index, uint64_t address, void *buffer,
                             size_t size) {
  if (index->bytes == NULL || address < index->header || address - index->header >= index->size)
    return 0;
  size_t offset = address - index->header, rest = index->size - offset;
  if (size > rest)
    size = rest;
  memcpy(buffer, index->bytes + offset, size);
  return size;
}
