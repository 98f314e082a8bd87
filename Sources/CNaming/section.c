/*
 * One compressed section of a file, inflated by a child with limits: its bytes may be anything.
 */
#include "clab_section_inflate.h"

#include <elf.h>
#include <errno.h>
#include <libdeflate.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_SECONDS = 5 };

static const uint64_t largest = 256 << 20;

/* To its last byte, or not at all. */
static bool inflate(const char *bytes, size_t size, char *out, size_t out_size) {
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  return decompressor && libdeflate_zlib_decompress(decompressor, bytes, size, out, out_size,
                                                    NULL) == LIBDEFLATE_SUCCESS;
}

/* In the child. A file that grows shorter meanwhile ends it by SIGBUS. */
static void work(pid_t parent, int file, uint64_t offset, uint64_t size, char *out,
                 uint64_t out_size) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_DFL);
  struct rlimit seconds = {MOST_SECONDS, MOST_SECONDS};
  struct rlimit none = {0, 0};
  if (getppid() != parent || setrlimit(RLIMIT_CPU, &seconds) || setrlimit(RLIMIT_CORE, &none))
    _exit(1);
  uint64_t before = offset % (uint64_t)sysconf(_SC_PAGESIZE);
  char *bytes = mmap(NULL, size + before, PROT_READ, MAP_PRIVATE, file, (off_t)(offset - before));
  _exit(bytes == MAP_FAILED ||
        !inflate(bytes + before + sizeof(Elf64_Chdr), size - sizeof(Elf64_Chdr), out, out_size));
}

static bool ended_well(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void *clab_section_inflate(int file, uint64_t offset, uint64_t size, uint64_t *out_size) {
  Elf64_Chdr head;
  if (size <= sizeof head || offset > INT64_MAX ||
      pread(file, &head, sizeof head, (off_t)offset) != (ssize_t)sizeof head ||
      head.ch_type != ELFCOMPRESS_ZLIB || head.ch_size == 0 || head.ch_size > largest)
    return NULL;
  char *out = mmap(NULL, head.ch_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (out == MAP_FAILED)
    return NULL;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0)
    work(parent, file, offset, size, out, head.ch_size);
  if (child < 0 || !ended_well(child)) {
    munmap(out, head.ch_size);
    return NULL;
  }
  *out_size = head.ch_size;
  return out;
}
