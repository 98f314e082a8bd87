/* The mappings of this process, read one after the other in bounded memory. */
#ifndef CLAB_MAPS_H
#define CLAB_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLAB_MAP_NAME = 160 };

struct clab_map {
  uint64_t low, high, offset;
  bool readable, writable, executable;
  char name[CLAB_MAP_NAME]; /* cut off where it is longer; empty: none */
};

struct clab_maps {
  int descriptor;
  size_t next, filled;
  char buffer[2048];
};

/* False if they can't be read. Async-signal-safe: yes */
bool clab_maps_open(struct clab_maps *maps);
/* The next one, in ascending order. False after the last. Async-signal-safe: yes */
bool clab_maps_next(struct clab_maps *maps, struct clab_map *map);
/* Async-signal-safe: yes */
void clab_maps_close(struct clab_maps *maps);

#endif
