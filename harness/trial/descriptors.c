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

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AWAY = 64 /* above what is moved */, SEARCHED = 64, MOST_ENDS = 4 };

/* Both ends of each, in the order in which they were opened. */
static int validation_ends[MOST_ENDS];
static int validation_end_count;

static bool is_pipe(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

void clab_find_validation_pipe(void) {
  bool was_there[SEARCHED];
  for (int i = 0; i < SEARCHED; i++)
    was_there[i] = is_pipe(i);
  clab_unwind_warm_up();
  validation_end_count = 0;
  for (int i = 0; i < SEARCHED && validation_end_count < MOST_ENDS; i++)
    if (is_pipe(i) && !was_there[i])
      validation_ends[validation_end_count++] = i;
}

static void renew_validation_pipe(int *ends) {
  int fresh[2];
  if (pipe2(fresh, O_CLOEXEC | O_NONBLOCK))
    return;
  for (int i = 0; i < 2; i++)
    fresh[i] = fcntl(fresh[i], F_DUPFD_CLOEXEC, AWAY); /* the low ones may be needed */
  for (int i = 0; i < 2; i++)
    dup3(fresh[i], ends[i], O_CLOEXEC);
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

void clab_keep_descriptors(int channel, int board) {
  if (channel != CLAB_CHANNEL)
    dup2(channel, CLAB_CHANNEL); /* dup2 clears close-on-exec: a case may execute itself again */
  else
    fcntl(channel, F_SETFD, 0);
  int kept[1 + MOST_ENDS] = {board}, count = 1;
  for (int i = 0; i + 1 < validation_end_count; i += 2) {
    renew_validation_pipe(&validation_ends[i]);
    kept[count++] = validation_ends[i];
    kept[count++] = validation_ends[i + 1];
  }
  close_others(kept, count);
}
