/*
 * Gives bytes to what the reporter's handler reads /proc/PID/maps with, for libFuzzer
 * (Tests/Fuzz/run): every mapping ends, its name has its end, and none is read past.
 */
#include "plain/maps.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  /* Each with memory of its own, so that the sanitizer sees where it ends. */
  struct clab_maps *maps = malloc(sizeof *maps);
  struct clab_map *map = malloc(sizeof *map);
  static int file = -1;
  if (file < 0)
    file = memfd_create("maps", 0);
  if (!maps || !map || ftruncate(file, 0) || pwrite(file, bytes, count, 0) != (ssize_t)count)
    abort();
  lseek(file, 0, SEEK_SET);
  *maps = (struct clab_maps){.descriptor = file};
  size_t mappings = 0;
  while (clab_maps_next(maps, map)) {
    if (!memchr(map->name, 0, sizeof map->name) || ++mappings > count)
      abort();
  }
  free(map);
  free(maps);
  return 0;
}
