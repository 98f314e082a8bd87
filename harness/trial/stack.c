/*
 * The calling thread's stack, and memory for stacks: with a guard below, as a case asks for it.
 */
#include "trial/child.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

int clab_find_stack(uint64_t *low, uint64_t *high, size_t *guard) {
  *guard = 0;
  if (gettid() == getpid()) {
    /* pthread_getattr_np would read /proc/self/maps. The kernel lets the main stack grow to the
       soft limit below its end; the end is in the page of the auxiliary vector. */
    extern void *__libc_stack_end;
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit))
      return errno;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *high = ((uint64_t)__libc_stack_end + page) & ~(page - 1);
    *low = limit.rlim_cur < *high ? *high - limit.rlim_cur : page;
    return 0;
  }
  pthread_attr_t attributes;
  void *start;
  size_t size;
  int error = pthread_getattr_np(pthread_self(), &attributes);
  if (error)
    return error;
  error = pthread_attr_getstack(&attributes, &start, &size);
  if (!error)
    error = pthread_attr_getguardsize(&attributes, guard);
  pthread_attr_destroy(&attributes);
  *low = (uint64_t)start;
  *high = *low + size;
  return error;
}

int clab_current_stack(uint64_t *low, uint64_t *high) {
  size_t guard;
  return clab_find_stack(low, high, &guard);
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

/* Where the kernel puts no mapping by itself, neither from the top down nor from the bottom up: far
   below what it has just placed. Async-signal-safe: yes */
static void *out_of_the_way(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *placed = mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (placed == MAP_FAILED)
    return NULL;
  munmap(placed, page);
  return (void *)(((uintptr_t)placed / 4 * 3) & -page);
}

void *clab_map_stack(size_t below, bool hole, size_t guard, size_t stack) {
  size_t size = below + guard + stack;
  /* Elsewhere another thread's next mapping, such as malloc's for that thread, would go into the
     hole: it is the first place that is free. */
  char *memory = mmap(hole ? out_of_the_way() : NULL, size, PROT_READ | PROT_WRITE,
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
