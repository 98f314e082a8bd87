/*
 * A window of the target's memory, so that one walk reads its own stack, another process and a
 * core file by the same loads.
 */
#ifndef CLAB_MEMORY_H
#define CLAB_MEMORY_H

#include "clab_unwind.h"

/* Reading foreign stack memory is the purpose here: red zones and races included. */
#define CLAB_READS_FOREIGN_MEMORY __attribute__((no_sanitize("address", "thread", "undefined")))

/* A word of a stack, at any alignment, whatever its type was. */
typedef uint64_t __attribute__((aligned(1), may_alias)) clab_word;

enum { CLAB_WINDOW_SIZE = 256 * 1024 };

/* Addresses [low, high) can be read by a plain load at `address + bias`. */
struct clab_memory {
  uint64_t low;
  uint64_t high;
  uint64_t bias;
  struct clab_stack_range direct; /* memory of our own that needs no copy, or empty */
  const struct clab_target *target;
  uint8_t *buffer; /* CLAB_WINDOW_SIZE bytes */
};

/* Begins with an empty window.
   Async-signal-safe: yes */
void clab_memory_init(struct clab_memory *memory, const struct clab_target *target,
                      const struct clab_stack_range *direct, uint8_t *buffer);

/* Moves the window so that it begins at `address` (or covers it, where memory is read directly).
   False when nothing can be read there; the window is then empty.
   Async-signal-safe: yes, if the target's read is */
bool clab_memory_move(struct clab_memory *memory, uint64_t address);

/* Reads a word from the window, or from the target without moving the window.
   Async-signal-safe: yes, if the target's read is */
bool clab_memory_word(struct clab_memory *memory, uint64_t address, uint64_t *word);

/* Whether [address, address + size) lies in the window.
   Async-signal-safe: yes */
static inline bool clab_memory_holds(const struct clab_memory *memory, uint64_t address,
                                     uint64_t size) {
  return address >= memory->low && address <= memory->high && memory->high - address >= size;
}

#endif
