/*
 * Notes on the board: stacks that only the child knows of, canaries, counters, a reason.
 * All of it plain stores into shared memory, so a handler may do it too.
 */
#include "trial/board.h"

#include <string.h>

static void copy_text(char *to, size_t size, const char *from) {
  size_t i = 0;
  for (; from && from[i] && i + 1 < size; i++)
    to[i] = from[i];
  to[i] = 0;
}

static int take_place(uint32_t *count, uint32_t most) {
  uint32_t index = __atomic_load_n(count, __ATOMIC_ACQUIRE);
  return index < most ? (int)index : -1;
}

int clab_note_stack(enum clab_stack_kind kind, int32_t thread, uint64_t number, const char *name,
                    const void *low, const void *high) {
  struct clab_board *board = clab_own_board;
  /* Several threads may note at once: the place is taken first, and read as empty until filled. */
  uint32_t index = __atomic_fetch_add(&board->stacks, 1, __ATOMIC_ACQ_REL);
  if (index >= CLAB_MAX_NOTED_STACKS)
    return -1;
  struct clab_stack_note *note = &board->stack[index];
  note->thread = thread;
  note->number = number;
  note->low = (uint64_t)low;
  note->high = (uint64_t)high;
  copy_text(note->name, sizeof note->name, name);
  __atomic_store_n(&note->kind, (uint32_t)kind, __ATOMIC_RELEASE);
  return (int)index;
}

uint8_t clab_canary_byte(uint64_t seed, uint64_t address) {
  uint64_t x = (seed ^ address) * 0x9e3779b97f4a7c15u;
  return (uint8_t)(x >> 56) | 1; /* never zero: fresh memory must not look untouched */
}

int clab_note_canary(const char *what, const char *owner, void *low, size_t size,
                     const void *stack_limit) {
  struct clab_board *board = clab_own_board;
  int index = take_place(&board->canaries, CLAB_MAX_CANARIES);
  if (index < 0)
    return -1;
  struct clab_canary_note *note = &board->canary[index];
  note->low = (uint64_t)low;
  note->high = note->low + size;
  note->stack_limit = (uint64_t)stack_limit;
  note->seed = clab_now();
  note->bytes_changed = 0;
  copy_text(note->what, sizeof note->what, what);
  copy_text(note->owner, sizeof note->owner, owner);
  unsigned char *bytes = low;
  for (size_t i = 0; i < size; i++)
    bytes[i] = clab_canary_byte(note->seed, note->low + i);
  __atomic_store_n(&board->canaries, (uint32_t)index + 1, __ATOMIC_RELEASE);
  return index;
}

void clab_check_canaries(void) {
  struct clab_board *board = clab_own_board;
  for (uint32_t i = 0; i < board->canaries && i < CLAB_MAX_CANARIES; i++) {
    struct clab_canary_note *note = &board->canary[i];
    uint64_t changed = 0, first = 0, last = 0;
    for (uint64_t address = note->low; address < note->high; address++) {
      if (*(volatile uint8_t *)address == clab_canary_byte(note->seed, address))
        continue;
      first = changed ? first : address;
      last = address;
      changed++;
    }
    note->first_changed = first;
    note->last_changed = last;
    note->bytes_changed = changed;
  }
}

int clab_note_counter(const char *name, int64_t value) {
  struct clab_board *board = clab_own_board;
  for (uint32_t i = 0; i < board->counters && i < CLAB_MAX_COUNTERS; i++)
    if (strncmp(board->counter[i].name, name, CLAB_NAME_SIZE - 1) == 0) {
      board->counter[i].value = value;
      return (int)i;
    }
  int index = take_place(&board->counters, CLAB_MAX_COUNTERS);
  if (index < 0)
    return -1;
  copy_text(board->counter[index].name, CLAB_NAME_SIZE, name);
  board->counter[index].value = value;
  __atomic_store_n(&board->counters, (uint32_t)index + 1, __ATOMIC_RELEASE);
  return index;
}

void clab_note_reason(const char *reason) {
  copy_text(clab_own_board->reason, CLAB_REASON_SIZE, reason);
}

void clab_note_more_reason(const char *reason) {
  char *text = clab_own_board->reason;
  size_t length = strnlen(text, CLAB_REASON_SIZE - 3);
  copy_text(text + length, 3, ": ");
  copy_text(text + length + 2, CLAB_REASON_SIZE - length - 2, reason);
}
