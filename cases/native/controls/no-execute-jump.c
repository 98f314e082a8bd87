/* A call of a valid instruction in memory that may not be executed. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

void clab_case_no_execute_jump(void) {
  unsigned char *page =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    clab_give_up("no memory for a page", errno);
#if defined(__x86_64__)
  page[0] = 0xc3; /* ret */
#elif defined(__aarch64__)
  memcpy(page, &(uint32_t){0xd65f03c0}, 4); /* ret */
#endif
  ((void (*)(void))clab_optimizer_barrier((uint64_t)page))();
  clab_note_reason("returned"); /* keeps the call from being a jump: the caller has a frame */
}
