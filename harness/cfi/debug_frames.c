#include "cfi/debug_frames.h"

#include "elf/section.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whoever is linked with a library that inflates defines it (clab_section_inflate.h). */
void *clab_section_inflate(int file, uint64_t offset, uint64_t size, uint64_t *out_size)
    __attribute__((weak));

enum { LARGEST = 256 << 20, MOST_FUNCTIONS = 1 << 21, HEAD = 8 /* length and identifier */ };

/* Where no target has memory: the addresses are not canonical. */
static const uint64_t PLACE = UINT64_C(1) << 60;

struct making {
  struct clab_debug_frames *frames;
  uint64_t bias; /* from an address in the file to one in memory */
  size_t capacity;
};

static uint32_t word_at(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static void set_word(uint8_t *bytes, uint32_t word) { memcpy(bytes, &word, sizeof word); }

/* Makes a CIE one of .eh_frame: its identifier is 0, and version 4 becomes 3, which has no sizes of
   addresses and segments (two bytes less, so that two instructions that do nothing are added). */
static void convert_common(uint8_t *record, size_t size) {
  uint8_t *version = record + HEAD, *end = record + size;
  if (size < HEAD + 2)
    return;
  set_word(record + 4, 0);
  uint8_t *name = version + 1;
  uint8_t *sizes = memchr(name, 0, (size_t)(end - name));
  if (*version != 4 || sizes == NULL || end - sizes < 3 || sizes[1] != 8 || sizes[2] != 0)
    return;
  *version = 3;
  memmove(sizes + 1, sizes + 3, (size_t)(end - sizes - 3));
  end[-2] = end[-1] = 0;
}

static bool add(struct making *making, uint64_t start, uint64_t record) {
  struct clab_debug_frames *frames = making->frames;
  if (frames->count == making->capacity) {
    making->capacity = making->capacity ? 2 * making->capacity : 256;
    struct clab_debug_function *more =
        realloc(frames->functions, making->capacity * sizeof frames->functions[0]);
    if (more == NULL)
      return false;
    frames->functions = more;
  }
  frames->functions[frames->count++] = (struct clab_debug_function){start, record};
  return true;
}

/* Makes an FDE one of .eh_frame: the distance to its CIE instead of the CIE's place, and the
   address that the function has in memory. */
static bool convert_function(struct making *making, size_t offset, size_t size) {
  uint8_t *record = making->frames->bytes + offset;
  uint64_t start, place = offset + 4, common = word_at(record + 4);
  if (size < HEAD + 2 * sizeof start)
    return true;
  if (common >= making->frames->size) {
    set_word(record + 4, 0); /* of no CIE */
    return true;
  }
  set_word(record + 4, (uint32_t)(place - common));
  memcpy(&start, record + HEAD, sizeof start);
  if (start == 0) /* the linker has thrown the function away */
    return true;
  start += making->bias;
  memcpy(record + HEAD, &start, sizeof start);
  return add(making, start, PLACE + offset);
}

/* One pass over the records: the lengths lead on, so that it ends. */
static void convert(struct making *making) {
  struct clab_debug_frames *frames = making->frames;
  for (size_t offset = 0; frames->size - offset >= HEAD && frames->count < MOST_FUNCTIONS;) {
    uint8_t *record = frames->bytes + offset;
    uint32_t length = word_at(record);
    if (length < 4 || length >= 0xfffffff0 || length > frames->size - offset - 4)
      return;
    size_t size = 4 + (size_t)length;
    if (word_at(record + 4) == UINT32_MAX)
      convert_common(record, size);
    else if (!convert_function(making, offset, size))
      return;
    offset += size;
  }
}

static int compare(const void *left, const void *right) {
  uint64_t a = ((const struct clab_debug_function *)left)->start;
  uint64_t b = ((const struct clab_debug_function *)right)->start;
  return a < b ? -1 : a > b;
}

static void take_inflated(struct clab_debug_frames *frames, int file,
                          const struct clab_section *section) {
  uint64_t size;
  void *bytes = clab_section_inflate == NULL
                    ? NULL
                    : clab_section_inflate(file, section->offset, section->size, &size);
  if (bytes == NULL)
    return;
  frames->bytes = size <= LARGEST ? malloc(size) : NULL;
  if (frames->bytes != NULL) {
    memcpy(frames->bytes, bytes, size);
    frames->size = size;
  }
  munmap(bytes, size);
}

static void take(struct clab_debug_frames *frames, int file, const struct clab_section *section) {
  frames->bytes = malloc(section->size);
  frames->size = section->size;
  if (frames->bytes == NULL ||
      pread(file, frames->bytes, section->size, (off_t)section->offset) != (ssize_t)section->size)
    clab_debug_frames_free(frames);
}

void clab_debug_frames_make(struct clab_debug_frames *frames, int file, uint64_t base) {
  struct clab_section section;
  *frames = (struct clab_debug_frames){0};
  if (!clab_section_find(file, ".debug_frame", &section) || section.size > LARGEST ||
      section.size == 0)
    return;
  if (section.compressed)
    take_inflated(frames, file, &section);
  else
    take(frames, file, &section);
  if (frames->bytes == NULL)
    return;
  struct making making = {frames, base - section.bias, 0};
  convert(&making);
  if (frames->count > 0)
    qsort(frames->functions, frames->count, sizeof frames->functions[0], compare);
}

void clab_debug_frames_free(struct clab_debug_frames *frames) {
  free(frames->functions);
  free(frames->bytes);
  *frames = (struct clab_debug_frames){0};
}

bool clab_debug_frames_find(const struct clab_debug_frames *frames, uint64_t pc, uint64_t *record) {
  size_t low = 0, high = frames->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (frames->functions[middle].start <= pc)
      low = middle + 1;
    else
      high = middle;
  }
  if (low > 0)
    *record = frames->functions[low - 1].record;
  return low > 0;
}

struct clab_overlay clab_debug_frames_overlay(const struct clab_debug_frames *frames) {
  return (struct clab_overlay){PLACE, frames->size, frames->bytes};
}
