/*
 * The control process: beats in a process of its own, so that its beat says that a death stayed
 * inside the thread group. It is also the last to leave: when the laboratory is gone, however it
 * went, it ends whatever bears the laboratory's mark. (The kernel ends the trials themselves, by
 * PR_SET_PDEATHSIG; what they have started does not inherit that.)
 */
#include "trial/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  PERIOD = 20000000,      /* nanoseconds between two beats */
  BETWEEN_LOOKS = 2000000 /* nanoseconds: what was killed needs a moment to go */
};

/* How long to hunt for what goes on forking. */
static const uint64_t HUNT = 20000000000u; /* nanoseconds */

/* The start of a small file of a process; an empty text if there is none. */
static void read_start(const char *process, const char *name, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.16s/%s", process, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? -1 : read(file, text, size - 1);
  if (file >= 0)
    close(file);
  text[count > 0 ? count : 0] = 0;
}

/* An unmade mark is nobody's: "unlimited" must not be taken for it. */
static bool bears_mark(const char *process, uint64_t mark) {
  if (mark == 0)
    return false;
  char text[2048];
  read_start(process, "limits", text, sizeof text);
  const char *line = strstr(text, "Max file locks");
  return line && strtoull(line + strlen("Max file locks"), NULL, 10) == mark;
}

/* Dead already, and waiting for its parent. */
static bool is_zombie(const char *process) {
  char text[256];
  read_start(process, "stat", text, sizeof text);
  const char *name_end = strrchr(text, ')');
  return name_end && (name_end[1] == ' ') && (name_end[2] == 'Z' || name_end[2] == 'X');
}

/* Returns whether it has found one. */
static bool kill_marked(uint64_t mark) {
  DIR *processes = opendir("/proc");
  bool found = false;
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    pid_t process = (pid_t)strtol(entry->d_name, NULL, 10);
    if (process > 1 && bears_mark(entry->d_name, mark) && !is_zombie(entry->d_name)) {
      kill(process, SIGKILL);
      found = true;
    }
  }
  if (processes)
    closedir(processes);
  return found;
}

static _Noreturn void control(struct clab_board *board, pid_t parent) {
  while (getppid() == parent)
    clab_beat(board, 0, PERIOD);
  uint64_t end = clab_now() + HUNT;
  while (kill_marked(clab_laboratory_mark()) && clab_now() < end)
    nanosleep(&(struct timespec){.tv_nsec = BETWEEN_LOOKS}, NULL);
  _exit(0);
}

pid_t clab_fork_control(struct clab_board *board) {
  pid_t parent = getpid();
  clab_make_mark();
  board->bystanders = 1;
  pid_t pid = clab_board_hand_on(board, true) ? -1 : fork();
  if (pid == 0) {
    setpgid(0, 0);
    clab_reset_signals();
    prctl(PR_SET_NAME, "control");
    syscall(SYS_close_range, 3, ~0U, 0);
    control(board, parent);
  }
  int error = errno;
  clab_board_hand_on(board, false);
  errno = error;
  return pid;
}
