/*
 * Maps a page in the way of the main stack's growth; the page ends 4 MiB above the stack limit of
 * 8 MiB. The limit is set here, since the kernel reads it at each growth.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LIMIT = 8 << 20, ABOVE_LIMIT = 4 << 20 };

static uint64_t end_of_main_stack(void) {
  char line[512];
  unsigned long low, high, end = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps))
    if (strstr(line, "[stack]") && sscanf(line, "%lx-%lx", &low, &high) == 2)
      end = high;
  if (maps)
    fclose(maps);
  return end;
}

void clab_case_main_growth_blocked(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit))
    clab_skip("the main stack's limit is unknown");
  limit.rlim_cur = LIMIT;
  if (setrlimit(RLIMIT_STACK, &limit))
    clab_skip("the main stack's hard limit is below 8 MiB");
  uint64_t end = end_of_main_stack();
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  int file = memfd_create("in-the-way", 0);
  if (!end || file < 0 || ftruncate(file, (off_t)page))
    clab_give_up("no file to map below the main stack", errno);
  void *place = (void *)(end - LIMIT + ABOVE_LIMIT - page);
  if (mmap(place, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, file, 0) != place)
    clab_give_up("the address below the main stack is in use", errno);
}
