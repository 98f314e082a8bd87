/*
 * Bystanders: threads that do nothing but beat, so that their silence says that the process died.
 *
 * A bystander beats by itself once a period and at once when the laboratory rings the bell: so
 * "is it alive?" is a question with an answer, not a matter of waiting long enough.
 */
#include "trial/board.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  PERIOD = 1000000, /* nanoseconds between two beats, times the number of bystanders */
  STACK_SIZE = 64 * 1024,
};

void clab_beat(struct clab_board *board, uint32_t place, uint64_t period) {
  struct timespec wait = {.tv_sec = (time_t)(period / 1000000000u),
                          .tv_nsec = (long)(period % 1000000000u)};
  uint32_t bell = __atomic_load_n(&board->bell, __ATOMIC_ACQUIRE);
  __atomic_store_n(&board->beat[place].at, clab_now(), __ATOMIC_RELEASE);
  __atomic_add_fetch(&board->beat[place].count, 1, __ATOMIC_ACQ_REL);
  syscall(SYS_futex, &board->bell, FUTEX_WAIT, bell, &wait, NULL, 0);
}

struct place {
  uint32_t index;
  uint64_t period;
};

static void *bystander(void *argument) {
  struct place *place = argument;
  char name[16] = "bystander-";
  uint32_t n = place->index + 1, digits = n >= 100 ? 3 : n >= 10 ? 2 : 1;
  for (uint32_t i = 0; i < digits; i++, n /= 10)
    name[10 + digits - 1 - i] = (char)('0' + n % 10);
  pthread_setname_np(pthread_self(), name);
  for (;;)
    clab_beat(clab_own_board, place->index, place->period);
  return NULL;
}

int clab_start_bystanders(uint32_t count) {
  static struct place places[CLAB_MAX_BYSTANDERS];
  struct clab_board *board = clab_own_board;
  if (count > CLAB_MAX_BYSTANDERS)
    return EINVAL;
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error)
    return error;
  pthread_attr_setstacksize(&attributes, STACK_SIZE);
  /* No signal sent to the process may be taken by a bystander: it is not armed. */
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (uint32_t i = 0; i < count && !error; i++) {
    pthread_t thread;
    places[i] = (struct place){.index = i, .period = (uint64_t)count * PERIOD};
    error = pthread_create(&thread, &attributes, bystander, &places[i]);
    if (!error)
      pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (error)
    return error;
  __atomic_store_n(&board->bystanders, count, __ATOMIC_RELEASE);
  for (uint32_t i = 0; i < count; i++)
    while (__atomic_load_n(&board->beat[i].count, __ATOMIC_ACQUIRE) == 0)
      sched_yield();
  return 0;
}
