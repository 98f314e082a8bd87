/* A word in the memory of a process that waits for it. */
#include "clab_observer.h"

#include <errno.h>
#include <sys/uio.h>

int clab_observer_write_word(pid_t thread, uint64_t address, uint32_t value) {
  struct iovec from = {&value, sizeof value};
  struct iovec to = {(void *)address, sizeof value};
  ssize_t count = process_vm_writev(thread, &from, 1, &to, 1, 0);
  return count < 0 ? errno : count == sizeof value ? 0 : EFAULT;
}
