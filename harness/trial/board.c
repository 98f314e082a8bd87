/*
 * The board: what a child lets the laboratory see while it lives, and what is left when it died.
 * The child writes, the laboratory reads; every count that was read is bounded before use.
 */
#include "trial/board.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct clab_board *clab_own_board;

const char *clab_refused = "";

const char *clab_refused_call(void) { return clab_refused; }

static uint32_t bounded(const uint32_t *count, uint32_t most) {
  uint32_t value = __atomic_load_n(count, __ATOMIC_ACQUIRE);
  return value < most ? value : most;
}

uint64_t clab_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct clab_board *clab_board_map(int descriptor) {
  void *memory =
      mmap(NULL, sizeof(struct clab_board), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

struct clab_board *clab_board_create(int *descriptor) {
  clab_refused = "memfd_create";
  *descriptor = memfd_create("board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (*descriptor < 0)
    return NULL;
  struct clab_board *board = NULL;
  /* Sealed: a child that cut the file off would end whoever looks at the board (SIGBUS). */
  clab_refused = "ftruncate";
  if (ftruncate(*descriptor, sizeof *board) == 0) {
    clab_refused = "fcntl (F_ADD_SEALS)";
    if (fcntl(*descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
      clab_refused = "mmap";
      board = clab_board_map(*descriptor);
    }
  }
  if (board)
    clab_refused = "madvise";
  if (board && clab_board_hand_on(board, false)) {
    int error = errno;
    munmap(board, sizeof *board);
    errno = error;
    board = NULL;
  }
  if (!board) {
    int error = errno;
    close(*descriptor);
    errno = error;
  }
  return board;
}

int clab_board_hand_on(struct clab_board *board, bool hand_on) {
  return madvise(board, sizeof *board, hand_on ? MADV_DOFORK : MADV_DONTFORK);
}

void clab_board_destroy(struct clab_board *board, int descriptor) {
  munmap(board, sizeof *board);
  close(descriptor);
}

void clab_board_reset(struct clab_board *board) {
  memset(board->beat, 0, clab_board_bystanders(board) * sizeof board->beat[0]);
  memset(board->stack, 0, bounded(&board->stacks, CLAB_MAX_NOTED_STACKS) * sizeof board->stack[0]);
  memset(board, 0, offsetof(struct clab_board, beat));
}

uint32_t clab_board_bystanders(const struct clab_board *board) {
  return bounded(&board->bystanders, CLAB_MAX_BYSTANDERS);
}

uint32_t clab_board_beats(const struct clab_board *board, uint64_t *beats, uint32_t capacity) {
  uint32_t count = clab_board_bystanders(board);
  if (count > capacity)
    count = capacity;
  for (uint32_t i = 0; i < count; i++)
    beats[i] = __atomic_load_n(&board->beat[i].count, __ATOMIC_ACQUIRE);
  return count;
}

uint64_t clab_board_last_beat(const struct clab_board *board) {
  uint64_t last = 0;
  for (uint32_t i = 0, count = clab_board_bystanders(board); i < count; i++) {
    uint64_t at = __atomic_load_n(&board->beat[i].at, __ATOMIC_ACQUIRE);
    if (at > last)
      last = at;
  }
  return last;
}

int clab_board_ring(struct clab_board *board) {
  __atomic_add_fetch(&board->bell, 1, __ATOMIC_ACQ_REL);
  return (int)syscall(SYS_futex, &board->bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

uint32_t clab_board_handler_entries(const struct clab_board *board) {
  return __atomic_load_n(&board->handler_entries, __ATOMIC_ACQUIRE);
}

uint32_t clab_board_armed(const struct clab_board *board) {
  return __atomic_load_n(&board->armed, __ATOMIC_ACQUIRE);
}

uint64_t clab_board_armed_at(const struct clab_board *board) {
  return __atomic_load_n(&board->armed_at, __ATOMIC_ACQUIRE);
}

bool clab_board_stack(const struct clab_board *board, uint32_t index, struct clab_stack_note *out) {
  if (index >= bounded(&board->stacks, CLAB_MAX_NOTED_STACKS))
    return false;
  *out = board->stack[index];
  out->name[CLAB_NAME_SIZE - 1] = 0;
  return true;
}

bool clab_board_canary(const struct clab_board *board, uint32_t index,
                       struct clab_canary_note *out) {
  if (index >= bounded(&board->canaries, CLAB_MAX_CANARIES))
    return false;
  *out = board->canary[index];
  out->what[CLAB_NAME_SIZE - 1] = 0;
  out->owner[CLAB_NAME_SIZE - 1] = 0;
  return true;
}

bool clab_board_counter(const struct clab_board *board, uint32_t index,
                        struct clab_counter_note *out) {
  if (index >= bounded(&board->counters, CLAB_MAX_COUNTERS))
    return false;
  *out = board->counter[index];
  out->name[CLAB_NAME_SIZE - 1] = 0;
  return true;
}

void clab_board_reason(const struct clab_board *board, char reason[CLAB_REASON_SIZE]) {
  memcpy(reason, board->reason, CLAB_REASON_SIZE);
  reason[CLAB_REASON_SIZE - 1] = 0;
}
