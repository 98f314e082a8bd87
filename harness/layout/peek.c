/*
 * Looking into another process, where /proc is not enough: memory of many places at once, and the
 * stack pointer of a thread that is running. The kernel shows that in /proc only while a thread
 * sleeps, so a running one is stopped for the moment of the look, as a debugger would.
 */
#include "crashlab_harness.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

static uint64_t stack_pointer(const struct user_regs_struct *registers) {
#if defined(__x86_64__)
  return registers->rsp;
#elif defined(__aarch64__)
  return registers->sp;
#else
#error "no stack pointer known for this architecture"
#endif
}

long clab_peek_memory(pid_t process, const uint64_t *addresses, size_t count, size_t size,
                      void *buffer) {
  struct iovec remote[CLAB_MAX_PEEKS];
  if (count > CLAB_MAX_PEEKS)
    count = CLAB_MAX_PEEKS;
  for (size_t i = 0; i < count; i++)
    remote[i] = (struct iovec){(void *)addresses[i], size};
  struct iovec local = {buffer, count * size};
  ssize_t got = process_vm_readv(process, &local, 1, remote, count, 0);
  return got < 0 ? -1 : got / (long)size;
}

int clab_peek_stack_pointer(pid_t thread, uint64_t *pointer) {
  if (ptrace(PTRACE_SEIZE, thread, NULL, NULL))
    return errno;
  int error = 0;
  int status;
  if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL)) {
    error = errno;
  } else {
    while (waitpid(thread, &status, __WALL) < 0)
      if (errno != EINTR)
        return errno;
    if (!WIFSTOPPED(status))
      return ESRCH;
    struct user_regs_struct registers = {0};
    struct iovec vector = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &vector))
      error = errno;
    else
      *pointer = stack_pointer(&registers);
    /* A signal that arrived in the same moment is the thread's, not ours. An event (status >> 16)
       carries none. */
    long signal = status >> 16 ? 0 : WSTOPSIG(status);
    ptrace(PTRACE_DETACH, thread, NULL, signal);
  }
  return error;
}
