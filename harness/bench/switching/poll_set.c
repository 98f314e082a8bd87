/* epoll for whoever has none: one-shot, so that nothing is told twice. */
#include "clab_switching.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

enum { EVENTS = 512 };

int clab_poll_set_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int clab_poll_set_add(int set, int descriptor) {
  struct epoll_event event = {.events = EPOLLONESHOT};
  if (fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0)
    return -1;
  return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int clab_poll_set_arm(int set, int descriptor, uint64_t token) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = token};
  return epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event);
}

int clab_poll_set_wait(int set, uint64_t *tokens, int capacity) {
  struct epoll_event events[EVENTS];
  int n;
  while ((n = epoll_wait(set, events, capacity < EVENTS ? capacity : EVENTS, -1)) < 0)
    if (errno != EINTR)
      return -1;
  for (int i = 0; i < n; i++)
    tokens[i] = events[i].data.u64;
  return n;
}
