/* Finds the stack in use and its guard. */
#include "compact/place.h"

/* Async-signal-safe: yes */
static bool holds(uint64_t low, uint64_t high, uint64_t address) {
  return low <= address && address < high;
}

/* Async-signal-safe: yes */
static bool is_main_stack(const struct clab_map *map) {
  static const char name[] = "[stack]";
  for (unsigned i = 0; i < sizeof name; i++)
    if (map->name[i] != name[i])
      return false;
  return true;
}

bool clab_place_find(struct clab_place *place, uint64_t address, uint64_t stack_pointer,
                     uint64_t mark) {
  static struct clab_maps maps;
  static struct clab_map map;
  uint64_t before_low = 0, before_high = 0; /* of the one before, if it permits no access */
  bool has_mark = false;
  *place = (struct clab_place){0};
  if (!clab_maps_open(&maps))
    return false;
  while (clab_maps_next(&maps, &map)) {
    bool is_usable = map.readable && map.writable;
    bool has_guard = before_high == map.low && before_high;
    if (holds(map.low, map.high, address)) {
      place->at = map;
      place->is_mapped = true;
    }
    /* The stack pointer has passed the limit already, into the guard or, of the main stack, into
       what lies below it. */
    bool is_below = has_guard ? holds(before_low, before_high, stack_pointer)
                              : is_main_stack(&map) && stack_pointer < map.low &&
                                    map.low - stack_pointer < 1 << 20;
    if (is_usable && (holds(map.low, map.high, stack_pointer) || is_below)) {
      place->stack_low = map.low;
      place->stack_high = map.high;
      place->is_main = is_main_stack(&map);
      has_mark = holds(map.low, map.high, mark);
      if (has_guard) {
        place->guard_low = before_low;
        place->guard_high = before_high;
      }
    }
    bool is_closed = !map.readable && !map.writable && !map.executable;
    before_low = is_closed ? map.low : 0;
    before_high = is_closed ? map.high : 0;
  }
  clab_maps_close(&maps);
  place->is_own = has_mark;
  place->is_other = place->stack_high && mark && !has_mark;
  return true;
}
