/* The registers of a thread that stands still, in DWARF's numbering. */
#include "architecture/dwarf.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

int clab_registers_of_thread(pid_t thread, struct clab_registers *registers) {
  struct user_regs_struct user;
  int error = clab_general_registers(thread, &user);
  if (error)
    return error;
  if (!clab_registers_of_user(&user, sizeof user, registers))
    return EIO;
  clab_add_signature_bits(thread, registers);
  return 0;
}

/* The block of glibc and of musl begins with its own address (System V ABI, x86-64 supplement: the
   word at %fs:0) and holds the thread's number. A thread that clone(2) made without a block of its
   own has its maker's, which names another. */
uint64_t clab_control_block_of_thread(pid_t thread) {
#if defined(__x86_64__)
  enum { BLOCK = 1024 };
  errno = 0;
  long base = ptrace(PTRACE_PEEKUSER, thread, offsetof(struct user_regs_struct, fs_base), NULL);
  if (errno || base == 0)
    return 0;
  uint32_t words[BLOCK / sizeof(uint32_t)];
  struct iovec to = {words, sizeof words};
  struct iovec from = {(void *)base, sizeof words};
  ssize_t count = process_vm_readv(thread, &to, 1, &from, 1, 0);
  if (count < (ssize_t)sizeof(uint64_t) || memcmp(words, &base, sizeof base) != 0)
    return 0;
  for (size_t i = 0; i < (size_t)count / sizeof *words; i++)
    if (words[i] == (uint32_t)thread)
      return (uint64_t)base;
#else
  (void)thread;
#endif
  return 0;
}
