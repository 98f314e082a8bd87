/* A write past the end of a buffer, into the page without access that guards it: the same si_code
   as a stack's guard gives. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

void clab_case_heap_guard(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  /* The page above separates this guard from a stack's guard that may lie next to it: the kernel
     would merge the two. */
  char *buffer = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (buffer == MAP_FAILED || mprotect(buffer + page, page, PROT_NONE))
    clab_give_up("no memory for a buffer and its guard", errno);
  volatile char *byte = buffer;
  for (size_t i = 0; i <= page; i++)
    byte[i] = 1;
}
