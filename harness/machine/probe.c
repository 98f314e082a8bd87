/*
 * Small attempts at what the laboratory needs of the kernel. Each undoes what it has done.
 */
#include "crashlab_harness.h"
#include "unwind/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLAB_TEXT_(x) #x
#define CLAB_TEXT(x) CLAB_TEXT_(x)

const char *clab_unwinder_version(void) {
  return CLAB_TEXT(UNW_VERSION_MAJOR) "." CLAB_TEXT(UNW_VERSION_MINOR) "." CLAB_TEXT(
      UNW_VERSION_EXTRA);
}

const char *clab_unwinder_file(void) {
  Dl_info found;
  return dladdr((void *)unw_init_remote, &found) ? found.dli_fname : "";
}

int clab_try_pidfd(void) {
  int descriptor = (int)syscall(SYS_pidfd_open, getpid(), 0); /* glibc 2.36 has a function */
  if (descriptor < 0)
    return errno;
  close(descriptor);
  return 0;
}

/* A child that waits to be ended. */
static pid_t start_waiting(void) {
  pid_t child = clab_fork_companion();
  while (child == 0)
    pause();
  return child;
}

static int end_child(pid_t child) {
  int status = 0;
  kill(child, SIGKILL);
  while (waitpid(child, &status, __WALL) < 0 && errno == EINTR) {
  }
  return status;
}

int clab_try_trace(void) {
  pid_t child = start_waiting();
  if (child < 0)
    return errno;
  int error = ptrace(PTRACE_SEIZE, child, 0, 0) == 0 ? 0 : errno;
  end_child(child);
  return error;
}

int clab_try_remote_read(void) {
  volatile uint64_t here = 0x6372617368;
  uint64_t there = 0;
  pid_t child = start_waiting();
  if (child < 0)
    return errno;
  struct iovec local = {&there, sizeof there};
  struct iovec remote = {(void *)&here, sizeof here};
  ssize_t count = process_vm_readv(child, &local, 1, &remote, 1, 0);
  int error = count == sizeof there && there == here ? 0 : count < 0 ? errno : EIO;
  end_child(child);
  return error;
}

/* A page of its own that is guarded so, or NULL and errno. */
static char *guarded_page(enum clab_guard_kind kind, size_t size) {
  char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return NULL;
  int error = kind == CLAB_GUARD_INSTALLED           ? clab_install_guard(page, size)
              : mprotect(page, size, PROT_NONE) == 0 ? 0
                                                     : errno;
  if (error == 0)
    return page;
  munmap(page, size);
  errno = error;
  return NULL;
}

int clab_try_guard(enum clab_guard_kind kind) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  char *page = guarded_page(kind, size);
  if (!page)
    return errno;
  int error = 0;
  pid_t child = clab_fork_companion();
  if (child == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGSEGV, SIG_DFL);
    *(volatile char *)page = 1;
    _exit(0);
  }
  if (child < 0) {
    error = errno;
  } else {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    error = WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 0 : EFAULT;
  }
  munmap(page, size);
  return error;
}

int clab_try_guard_in_pagemap(void) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  char *page = guarded_page(CLAB_GUARD_INSTALLED, size);
  if (!page)
    return errno;
  uint64_t entry = 0;
  int error = 0;
  int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pagemap < 0) {
    error = errno;
  } else {
    off_t offset = (off_t)((uintptr_t)page / size * sizeof entry);
    ssize_t count = pread(pagemap, &entry, sizeof entry, offset);
    error = count != sizeof entry ? (count < 0 ? errno : EIO) : entry >> 58 & 1 ? 0 : ENOENT;
    close(pagemap);
  }
  munmap(page, size);
  return error;
}
