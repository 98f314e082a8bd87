/* A file of two pages is mapped, then cut to one; the second page is read. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

void clab_case_mapped_file_truncated(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  int file = memfd_create("truncated", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, (off_t)(2 * page)))
    clab_give_up("no file in memory", errno);
  char *mapped = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED || ftruncate(file, (off_t)page))
    clab_give_up("the file could not be mapped", errno);
  clab_optimizer_barrier(*(volatile uint8_t *)clab_optimizer_barrier((uint64_t)mapped + page));
}
