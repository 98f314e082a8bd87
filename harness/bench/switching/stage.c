/*
 * A child in stages: the laboratory says "next" with a byte, the child answers with what it took.
 */
#include "clab_switching.h"
#include "switching/child.h"

#include <alloca.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct word {
  uint64_t elapsed;
  int32_t error;
};

int clab_stage_start(const struct clab_placement *placement,
                     void (*body)(int channel, const void *argument), const void *argument,
                     struct clab_stage *stage) {
  int channels[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channels) < 0)
    return errno;
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    close(channels[0]);
    clab_become_child(parent);
    int error = clab_place(placement);
    if (error) {
      clab_stage_await(channels[1]);
      clab_stage_done(channels[1], 0, error);
    } else {
      body(channels[1], argument);
    }
    _exit(0);
  }
  int error = errno;
  close(channels[1]);
  if (pid > 0) {
    setpgid(pid, pid);
    *stage = (struct clab_stage){.pid = pid, .channel = channels[0]};
    stage->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (stage->pidfd >= 0)
      return 0;
    error = errno;
    clab_end_child(pid, -1);
  }
  close(channels[0]);
  return error;
}

int clab_stage_next(const struct clab_stage *stage, uint32_t deadline, uint64_t *elapsed) {
  if (send(stage->channel, "", 1, MSG_NOSIGNAL) < 0)
    return ECANCELED;
  int error = clab_wait_for_child(stage->pidfd, stage->channel, deadline);
  if (error)
    return error;
  struct word word;
  if (recv(stage->channel, &word, sizeof word, MSG_DONTWAIT) != sizeof word)
    return ECANCELED;
  *elapsed = word.elapsed;
  return word.error;
}

void clab_stage_end(struct clab_stage *stage) {
  clab_end_child(stage->pid, stage->pidfd);
  close(stage->channel);
}

void clab_stage_await(int channel) {
  char byte;
  ssize_t n;
  while ((n = recv(channel, &byte, 1, 0)) < 0 && errno == EINTR) {
  }
  if (n != 1)
    _exit(0);
}

void clab_stage_done(int channel, uint64_t elapsed, int error) {
  struct word word;
  memset(&word, 0, sizeof word);
  word.elapsed = elapsed;
  word.error = error;
  send(channel, &word, sizeof word, MSG_NOSIGNAL);
}

void clab_share_arena(void) { mallopt(M_ARENA_MAX, 1); }

void clab_grow_stack(int channel, const void *argument) {
  size_t step = *(const size_t *)argument;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (;;) {
    clab_stage_await(channel);
    volatile char *low = alloca(step);
    for (size_t offset = step; offset >= page; offset -= page)
      low[offset - page] = 1;
    clab_stage_done(channel, 0, 0);
  }
}
