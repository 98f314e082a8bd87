/* A mapping of a file in memory that can be truncated. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* `file` receives the file's descriptor. */
void *clab_case_map_file(size_t size, int *file) {
  *file = memfd_create("alternate-stack", MFD_CLOEXEC);
  if (*file < 0 || ftruncate(*file, (off_t)size))
    clab_give_up("no file in memory", errno);
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *file, 0);
  if (memory == MAP_FAILED)
    clab_give_up("the file could not be mapped", errno);
  return memory;
}
