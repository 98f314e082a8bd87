/* A pattern in another process's memory, and what has changed of it. */
#include "clab_stacks.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

enum { CHUNK = 1 << 16 };

static size_t chunk_of(uint64_t at, uint64_t high) {
  return high - at < CHUNK ? (size_t)(high - at) : CHUNK;
}

int clab_fill_memory(pid_t thread, uint64_t low, uint64_t high, uint8_t byte) {
  static uint8_t pattern[CHUNK];
  memset(pattern, byte, sizeof pattern);
  for (uint64_t at = low; at < high;) {
    size_t size = chunk_of(at, high);
    struct iovec from = {pattern, size};
    struct iovec to = {(void *)at, size};
    ssize_t count = process_vm_writev(thread, &from, 1, &to, 1, 0);
    if (count <= 0)
      return count < 0 ? errno : EFAULT;
    at += (uint64_t)count;
  }
  return 0;
}

int clab_lowest_changed(pid_t thread, uint64_t low, uint64_t high, uint8_t byte, uint64_t *place) {
  static uint8_t bytes[CHUNK];
  for (uint64_t at = low; at < high;) {
    size_t size = chunk_of(at, high);
    struct iovec to = {bytes, size};
    struct iovec from = {(void *)at, size};
    ssize_t count = process_vm_readv(thread, &to, 1, &from, 1, 0);
    if (count <= 0)
      return count < 0 ? errno : EFAULT;
    for (ssize_t i = 0; i < count; i++)
      if (bytes[i] != byte) {
        *place = at + (uint64_t)i;
        return 0;
      }
    at += (uint64_t)count;
  }
  *place = high;
  return 0;
}
