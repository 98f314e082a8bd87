/* Reads /proc/thread-self/maps (proc(5)). */
#include "plain/maps.h"

#include "plain/calls.h"

#include <errno.h>

bool clab_maps_open(struct clab_maps *maps) {
  /* The process's own file is empty once its first thread has ended. */
  maps->descriptor =
      (int)clab_call(SYS_openat, -100, (long)"/proc/thread-self/maps", 02000000, 0, 0);
  maps->next = maps->filled = 0;
  return maps->descriptor >= 0;
}

void clab_maps_close(struct clab_maps *maps) { clab_call(SYS_close, maps->descriptor, 0, 0, 0, 0); }

/* The next character; -1 at the end. Async-signal-safe: yes */
static int next_character(struct clab_maps *maps) {
  if (maps->next == maps->filled) {
    long count;
    do
      count = clab_call(SYS_read, maps->descriptor, (long)maps->buffer, sizeof maps->buffer, 0, 0);
    while (count == -EINTR);
    if (count <= 0)
      return -1;
    maps->filled = (size_t)count;
    maps->next = 0;
  }
  return (unsigned char)maps->buffer[maps->next++];
}

/* Reads a hexadecimal number and the character after it. Async-signal-safe: yes */
static uint64_t hexadecimal(struct clab_maps *maps, int *after) {
  uint64_t value = 0;
  for (;;) {
    int c = next_character(maps);
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) {
      *after = c;
      return value;
    }
    value = value << 4 | (uint64_t)digit;
  }
}

bool clab_maps_next(struct clab_maps *maps, struct clab_map *map) {
  int c;
  map->low = hexadecimal(maps, &c);
  if (c != '-')
    return false;
  map->high = hexadecimal(maps, &c);
  map->readable = next_character(maps) == 'r';
  map->writable = next_character(maps) == 'w';
  map->executable = next_character(maps) == 'x';
  next_character(maps); /* private or shared */
  next_character(maps);
  map->offset = hexadecimal(maps, &c);
  size_t size = 0;
  int words = 0; /* device and inode stand before the name */
  bool in_word = false;
  while ((c = next_character(maps)) != '\n' && c >= 0) {
    if (words < 2 || (words == 2 && !in_word && !size && c == ' ')) {
      if (c != ' ' && !in_word)
        in_word = true;
      else if (c == ' ' && in_word) {
        in_word = false;
        words++;
      }
      continue;
    }
    if (size + 1 < sizeof map->name)
      map->name[size++] = (char)c;
  }
  map->name[size] = 0;
  return true;
}
