/*
 * Executing again: a fresh copy of the program in a trial's child, for what is settled at exec (a
 * main stack of its smallest size, variables that the loader reads). The channel and the board stay
 * open across it; what the board says of the trial is taken up on the other side.
 */
#include "trial/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int clab_execute_again(char *const arguments[], size_t stack_limit) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit))
    return errno;
  limit.rlim_cur = stack_limit;
  if (stack_limit && setrlimit(RLIMIT_STACK, &limit))
    return errno;
  clab_own_board->setup = clab_own_setup;
  if (clab_own_setup.board_descriptor == CLAB_BOARD)
    fcntl(CLAB_BOARD, F_SETFD, 0);
  else if (dup2(clab_own_setup.board_descriptor, CLAB_BOARD) < 0)
    return errno;
  execve("/proc/self/exe", arguments, environ);
  return errno;
}

int clab_resume_trial(void) {
  struct stat channel, board;
  if (fstat(CLAB_CHANNEL, &channel) || fstat(CLAB_BOARD, &board))
    return -1;
  if (!S_ISSOCK(channel.st_mode) || board.st_size != sizeof(struct clab_board)) {
    errno = ENOTSOCK;
    return -1;
  }
  clab_own_board = clab_board_map(CLAB_BOARD);
  if (!clab_own_board)
    clab_give_up("the board could not be mapped", errno);
  clab_own_setup = clab_own_board->setup;
  clab_own_setup.board = clab_own_board;
  return 0;
}
