/* The board's layout: private to the harness. */
#ifndef CLAB_BOARD_H
#define CLAB_BOARD_H

#include "crashlab_harness.h"

/* Each counter has a cache line of its own, so that 64 bystanders do not fight for one. */
struct clab_beat {
  _Alignas(64) uint64_t count;
  uint64_t at;
};

struct clab_board {
  uint32_t bell; /* a futex, shared between processes */
  uint32_t bystanders;
  uint32_t stacks;
  uint32_t canaries;
  uint32_t counters;
  uint32_t handler_entries;
  uint32_t armed;                /* enum clab_armed */
  struct clab_trial_setup setup; /* for a child that is executed again; its board is void */
  uint64_t armed_at;
  char reason[CLAB_REASON_SIZE];
  struct clab_canary_note canary[CLAB_MAX_CANARIES];
  struct clab_counter_note counter[CLAB_MAX_COUNTERS];
  struct clab_beat beat[CLAB_MAX_BYSTANDERS];
  struct clab_stack_note stack[CLAB_MAX_NOTED_STACKS];
};

/* The board of this process, if it is a trial's child. */
extern struct clab_board *clab_own_board;

/* Maps the board that is this file; NULL and errno if it can't. Async-signal-safe: yes */
struct clab_board *clab_board_map(int descriptor);

/* Appends to the reason, after a colon. Async-signal-safe: yes */
void clab_note_more_reason(const char *reason);

/* Whether the next fork hands the board on. It is for one child only: no other can write to it. 0,
   or -1 and errno. Async-signal-safe: yes */
int clab_board_hand_on(struct clab_board *board, bool hand_on);

/* Beats once on its place of the board, then waits for the bell, but not longer than the period
   (nanoseconds). Async-signal-safe: yes */
void clab_beat(struct clab_board *board, uint32_t place, uint64_t period);

/* The call that is about to be made: what clab_refused_call tells if it fails. */
extern const char *clab_refused;

#endif
