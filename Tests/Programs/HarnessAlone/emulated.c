/* qemu-user knows no process_vm_readv. What it emulates has the addresses of its own process. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t process_vm_readv(pid_t process, const struct iovec *to, unsigned long to_count,
                         const struct iovec *from, unsigned long from_count, unsigned long flags) {
  (void)to_count, (void)from_count, (void)flags;
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/mem", (int)process);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  if (memory < 0)
    return -1;
  ssize_t size = pread(memory, to->iov_base, to->iov_len, (off_t)from->iov_base);
  close(memory);
  return size;
}
