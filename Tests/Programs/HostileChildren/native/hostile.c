/*
 * What a corrupted child could do to the laboratory. It knows the layout of the board, as a wild
 * pointer would.
 */
#include "hostile.h"
#include "trial/child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void hostile_close_everything(void) { syscall(SYS_close_range, 0, ~0U, 0); }

void hostile_send_descriptors(int channel) {
  enum { COUNT = 200 };
  union {
    char bytes[CMSG_SPACE(COUNT * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = "garbage", .iov_len = 7};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *header = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(COUNT * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  for (int i = 0; i < COUNT; i++)
    memcpy(CMSG_DATA(header) + i * sizeof(int), &(int){0}, sizeof(int));
  sendmsg(channel, &message, MSG_NOSIGNAL);
}

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

void hostile_forge_arming(void) { clab_own_board->armed_at = UINT64_MAX / 2; }

void hostile_unmap_board(void) { munmap(clab_own_board, sizeof *clab_own_board); }

bool hostile_truncate_board(void) { return ftruncate(clab_own_setup.board_descriptor, 0) == 0; }

int hostile_count_boards(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  int count = 0;
  while (maps && fgets(line, sizeof line, maps))
    count += strstr(line, "rw-s") && strstr(line, "/memfd:board");
  return count;
}

static pid_t find_control(void) {
  char path[64], name[32] = "";
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", getppid(), getppid());
  FILE *children = fopen(path, "r");
  pid_t found = 0;
  for (pid_t child; !found && children && fscanf(children, "%d", &child) == 1;) {
    snprintf(path, sizeof path, "/proc/%d/comm", child);
    FILE *comm = fopen(path, "r");
    if (comm && fgets(name, sizeof name, comm) && strcmp(name, "control\n") == 0)
      found = child;
    if (comm)
      fclose(comm);
  }
  if (children)
    fclose(children);
  return found;
}

void hostile_signal_control(int signal) {
  // On a busy machine it may not have named itself yet.
  pid_t control;
  while (!(control = find_control()))
    usleep(1000);
  kill(control, signal);
}

void hostile_block_every_signal(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
}

void hostile_be_traced(void) { ptrace(PTRACE_TRACEME, 0, NULL, NULL); }

void hostile_be_undumpable(void) { prctl(PR_SET_DUMPABLE, 0); }

void hostile_name_itself(const char *name) { prctl(PR_SET_NAME, name); }

uint64_t hostile_recurse(uint64_t depth) {
  return clab_optimizer_barrier(depth) == UINT64_MAX
             ? 0
             : hostile_recurse(depth + 1) + clab_optimizer_barrier(1);
}
