#include "observer/stops.h"

#include "clab_observer.h"

#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

struct stop {
  pid_t thread;
  int status;
};

static struct stop *kept;
static size_t first, count, capacity;

void clab_stops_put_back(pid_t thread, int status) {
  if (count == capacity) {
    size_t larger = capacity ? capacity * 2 : 64;
    struct stop *moved = realloc(kept, larger * sizeof *kept);
    if (!moved) { /* nobody will ask for it: it must not stand for ever */
      if (WIFSTOPPED(status))
        ptrace(PTRACE_CONT, thread, NULL, status >> 16 ? 0L : (long)WSTOPSIG(status));
      return;
    }
    kept = moved;
    capacity = larger;
  }
  kept[count++] = (struct stop){thread, status};
}

bool clab_stops_take(pid_t *thread, int *status) {
  if (first == count) {
    first = count = 0;
    return false;
  }
  *thread = kept[first].thread;
  *status = kept[first++].status;
  return true;
}
