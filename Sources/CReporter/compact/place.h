/* Where an address lies relative to the stack in use, from the mappings alone. */
#ifndef CLAB_PLACE_H
#define CLAB_PLACE_H

#include "plain/maps.h"

struct clab_place {
  /* The stack in use: the mapping that the stack pointer lies in; or, as the pointer is already
     below it, the one above the guard. All 0: none was found. */
  uint64_t stack_low, stack_high;
  bool is_main;  /* the kernel names it [stack] */
  bool is_own;   /* it is the thread's */
  bool is_other; /* it is not: a coroutine's, an alternate stack. Neither: nobody knows */
  /* What lies directly below, without access. All 0: nothing of that kind. */
  uint64_t guard_low, guard_high;
  /* What the address lies in. */
  struct clab_map at;
  bool is_mapped;
};

/* `mark`: an address in the thread's own stack; 0: nobody knows. False if the mappings can't be
   read. Async-signal-safe: yes */
bool clab_place_find(struct clab_place *place, uint64_t address, uint64_t stack_pointer,
                     uint64_t mark);

#endif
