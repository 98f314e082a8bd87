/*
 * What a trial's child has open: its channel, its board, and libunwind's pipes.
 *
 * libunwind asks the kernel whether memory can be read by writing a byte of it into a pipe
 * (src/x86_64/Ginit.c, write_validate). It opens the pipe once, remembers the numbers, and opens
 * another only if it finds them closed. A case that opened a file under such a number would make
 * every address look unreadable and end each unwind at its first frame. So the child gets a pipe of
 * its own under the same numbers. libunwind's local and its remote library have a pipe each.
 */
#include "trial/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SEARCHED = 64, MOST_ENDS = 4 };

/* Both ends of each, in the order in which they were opened. */
static int validation_ends[MOST_ENDS];
static int validation_end_count;

static bool is_pipe(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

int clab_find_validation_pipe(void) {
  /* Without a pipe of its own libunwind takes every address for unreadable. */
  int trial[2];
  if (pipe2(trial, O_CLOEXEC))
    return errno;
  close(trial[0]);
  close(trial[1]);
  bool was_there[SEARCHED];
  for (int i = 0; i < SEARCHED; i++)
    was_there[i] = is_pipe(i);
  clab_unwind_warm_up();
  clab_instruction_warm_up();
  validation_end_count = 0;
  for (int i = 0; i < SEARCHED && validation_end_count < MOST_ENDS; i++)
    if (is_pipe(i) && !was_there[i])
      validation_ends[validation_end_count++] = i;
  return 0;
}

/* `away` lies above every number that is still to be taken. */
static int renew_validation_pipe(int *ends, int away) {
  int fresh[2];
  if (pipe2(fresh, O_CLOEXEC | O_NONBLOCK))
    return errno;
  for (int i = 0; i < 2; i++) {
    int low = fresh[i];
    if (low >= away)
      continue;
    fresh[i] = fcntl(low, F_DUPFD_CLOEXEC, away);
    close(low);
    if (fresh[i] < 0)
      return errno == EINVAL ? EMFILE : errno; /* the limit is lower still than that */
  }
  for (int i = 0; i < 2; i++) {
    if (dup3(fresh[i], ends[i], O_CLOEXEC) < 0)
      return errno;
    close(fresh[i]);
  }
  return 0;
}

/* Closes everything above the channel but these. */
static void close_others(const int *kept, int count) {
  int from = CLAB_CHANNEL + 1;
  for (;;) {
    int next = -1;
    for (int i = 0; i < count; i++)
      if (kept[i] >= from && (next < 0 || kept[i] < next))
        next = kept[i];
    if (next < 0)
      break;
    if (next > from)
      syscall(SYS_close_range, (unsigned)from, (unsigned)next - 1, 0);
    from = next + 1;
  }
  syscall(SYS_close_range, (unsigned)from, ~0U, 0);
}

int clab_keep_descriptors(int channel, int board) {
  /* dup2 clears close-on-exec: a case may execute itself again. */
  if (channel != CLAB_CHANNEL ? dup2(channel, CLAB_CHANNEL) < 0 : fcntl(channel, F_SETFD, 0) < 0)
    return errno;
  int kept[1 + MOST_ENDS] = {board}, count = 1;
  int error = 0, away = board > CLAB_CHANNEL ? board + 1 : CLAB_CHANNEL + 1;
  for (int i = 0; i < validation_end_count; i++)
    if (validation_ends[i] >= away)
      away = validation_ends[i] + 1;
  for (int i = 0; i + 1 < validation_end_count && !error; i += 2) {
    error = renew_validation_pipe(&validation_ends[i], away);
    kept[count++] = validation_ends[i];
    kept[count++] = validation_ends[i + 1];
  }
  close_others(kept, count);
  return error;
}
