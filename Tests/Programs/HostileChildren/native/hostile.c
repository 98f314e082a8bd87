/*
 * What a corrupted child could do to the laboratory. It knows the layout of the board, as a wild
 * pointer would.
 */
#include "hostile.h"
#include "trial/board.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void hostile_close_everything(void) { syscall(SYS_close_range, 0, ~0U, 0); }

void hostile_forge_board(void) {
  struct clab_board *board = clab_own_board;
  board->stacks = board->canaries = board->counters = UINT32_MAX;
  memset(board->reason, 'x', sizeof board->reason);
  memset(board->canary, 0xff, sizeof board->canary);
  memset(board->stack, 0xff, sizeof board->stack);
  for (uint32_t i = 0; i < CLAB_MAX_COUNTERS; i++) {
    memset(&board->counter[i], 0, sizeof board->counter[i]);
    board->counter[i].name[0] = (char)('a' + i);
  }
}
