/* Numbers that are text of the program's memory. */
#include "compact/secrets.h"

#include "plain/maps.h"
#include "settings/settings.h"

enum { FEWEST = 4 }; /* printable bytes that make a word text */

/* Async-signal-safe: yes */
static bool is_mapped(uint64_t address) {
  static struct clab_maps maps;
  static struct clab_map map;
  bool found = false;
  if (!clab_maps_open(&maps))
    return false;
  while (!found && clab_maps_next(&maps, &map))
    found = map.low <= address && address < map.high;
  clab_maps_close(&maps);
  return found;
}

uint64_t clab_secrets_hidden(uint64_t address) {
  if (!clab_settings.redacts)
    return address;
  int printable = 0;
  uint64_t masked = 0;
  for (int shift = 0; shift < 64; shift += 8) {
    uint64_t byte = address >> shift & 0xff;
    printable += byte >= ' ' && byte <= '~';
    if (byte)
      masked |= (uint64_t)'x' << shift;
  }
  return printable < FEWEST || is_mapped(address) ? address : masked;
}
