/* A read of memory that was unmapped just before. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/mman.h>

void clab_case_use_after_unmap(void) {
  char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    clab_give_up("no memory for a page", errno);
  *page = 1;
  munmap(page, 4096);
  clab_optimizer_barrier(*(volatile uint8_t *)clab_optimizer_barrier((uint64_t)page));
}
