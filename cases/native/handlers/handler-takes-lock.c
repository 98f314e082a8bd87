/*
 * A fault while the allocator's lock is held, and a handler that allocates. malloc_stats writes its
 * figures to stderr with the arena locked (glibc, malloc/malloc.c), so a stream whose writer faults
 * stands for a heap that is corrupted in the middle of malloc.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static ssize_t fault(void *cookie, const char *buffer, size_t size) {
  (void)cookie, (void)buffer;
  *(volatile int *)clab_optimizer_barrier(0) = 1;
  return (ssize_t)size;
}

static bool allocate(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  /* More than the thread's own cache holds, less than gets a mapping of its own. */
  free((void *)clab_optimizer_barrier((uint64_t)malloc(clab_optimizer_barrier(64 * 1024))));
  return false;
}

void clab_case_handler_takes_lock(void) {
  FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = fault});
  if (!stream)
    clab_give_up("no stream could be made", errno);
  setvbuf(stream, NULL, _IONBF, 0);
  stderr = stream;
  clab_set_recovery(allocate, NULL);
  malloc_stats();
}
