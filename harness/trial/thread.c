/*
 * Threads of a case: with the stack, the guard and the name that the case asks for.
 */
#include "trial/child.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct start {
  void (*body)(void *);
  void *argument;
  uint32_t arm_flags;
  const char *name;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  int error = clab_arm_thread(start.name, start.arm_flags);
  if (error)
    clab_give_up("a thread could not be armed", error);
  start.body(start.argument);
  return NULL;
}

int clab_spawn_thread(const struct clab_thread_options *options, void (*body)(void *),
                      void *argument, pthread_t *thread) {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error)
    return error;
  if (options->stack_memory)
    error = pthread_attr_setstack(&attributes, options->stack_memory, options->stack_size);
  else if (options->stack_size)
    error = pthread_attr_setstacksize(&attributes, options->stack_size);
  if (!error && options->guard_size != SIZE_MAX)
    error = pthread_attr_setguardsize(&attributes, options->guard_size);
  struct start *start = error ? NULL : malloc(sizeof *start);
  if (!error && !start)
    error = ENOMEM;
  if (!error) {
    *start = (struct start){body, argument, options->arm_flags, options->name};
    error = pthread_create(thread, &attributes, run, start);
    if (error)
      free(start);
  }
  pthread_attr_destroy(&attributes);
  return error;
}

int clab_run_thread(const struct clab_thread_options *options, void (*body)(void *),
                    void *argument) {
  pthread_t thread;
  int error = clab_spawn_thread(options, body, argument, &thread);
  return error ? error : pthread_join(thread, NULL);
}

size_t clab_stack_touched(void) {
  uint64_t low, high;
  if (clab_current_stack(&low, &high))
    return 0;
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t lowest = (uint64_t)__builtin_frame_address(0) & -page;
  unsigned char resident;
  /* The main stack is not mapped down to its limit. */
  for (uint64_t at = lowest; at >= low && !mincore((void *)at, page, &resident); at -= page)
    if (resident & 1)
      lowest = at;
  return high - lowest;
}

int clab_protect_guard(void *low, size_t size) {
  return mprotect(low, size, PROT_NONE) || madvise(low, size, MADV_DONTDUMP) ? -1 : 0;
}

void *clab_map_stack(size_t below, bool hole, size_t guard, size_t stack) {
  size_t size = below + guard + stack;
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
  if ((guard && clab_protect_guard(memory + below, guard)) ||
      (below && hole && munmap(memory, below))) {
    int error = errno;
    munmap(memory, size);
    errno = error;
    return NULL;
  }
  return memory + below + guard;
}

int clab_install_guard(void *low, size_t size) {
  enum { GUARD_INSTALL = 102 }; /* MADV_GUARD_INSTALL, newer than glibc 2.36's headers */
  return madvise(low, size, GUARD_INSTALL) ? errno : 0;
}
