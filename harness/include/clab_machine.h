/*
 * What the kernel lets this process do: tried, not looked up, because a container's seccomp profile
 * or a security module says nothing in /proc of what it forbids.
 */
#ifndef CLAB_MACHINE_H
#define CLAB_MACHINE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The calls that the laboratory and its children make of the kernel, by name; NULL behind the last.
   The first CLAB_CONFINING_CALLS bound a child: without them it could not be ended whole, or could
   take what it likes. Async-signal-safe: yes */
enum { CLAB_CONFINING_CALLS = 3 };
const char *clab_call_name(size_t index);
/* Makes such a call in a child of its own, in a way that has no effect elsewhere. Returns 0, the
   errno of the refusal, or the negative number of the signal that it ended the child with.
   Async-signal-safe: no */
int clab_try_call(size_t index);

/* Opens a descriptor of a process (pidfd_open(2)). Returns 0 or an errno.
   Async-signal-safe: yes */
int clab_try_pidfd(void);
/* Attaches to a child as a tracer (PTRACE_SEIZE). Returns 0 or an errno. Async-signal-safe: no */
int clab_try_trace(void);
/* Reads memory as the handler and the observer do it: this process's own. Returns 0 or an errno.
   Async-signal-safe: yes */
int clab_try_read(void);
/* Reads a child's memory (process_vm_readv(2)). Returns 0 or an errno. Async-signal-safe: no */
int clab_try_remote_read(void);

enum clab_guard_kind { CLAB_GUARD_MAPPING, CLAB_GUARD_INSTALLED };
/* Guards a page and lets a child write to it. Returns 0 if the child died of SIGSEGV, EFAULT if it
   did not, or the errno of what failed before. Async-signal-safe: no */
int clab_try_guard(enum clab_guard_kind kind);
/* Whether /proc/self/pagemap shows a page guarded by MADV_GUARD_INSTALL (bit 58). Returns 0, ENOENT
   if it does not, or the errno of what failed before. Async-signal-safe: no */
int clab_try_guard_in_pagemap(void);

enum clab_thread_guard {
  CLAB_THREAD_GUARD_UNKNOWN, /* it could not be tried */
  CLAB_THREAD_GUARD_MAPPING,
  CLAB_THREAD_GUARD_INSTALLED,
  CLAB_THREAD_GUARD_NONE,
};
/* How the C library guards a thread's stack here: a thread in a child writes just below its stack.
   Async-signal-safe: no */
enum clab_thread_guard clab_try_thread_guard(void);

/* Whether a thread on a stack that another had before, with a larger guard, gets the small one that
   it asks for: 1, or 0 if the larger is kept, or -1 if it could not be tried.
   Async-signal-safe: no */
int clab_try_cached_guard(void);

enum clab_resource {
  CLAB_RESOURCE_DESCRIPTORS,
  CLAB_RESOURCE_THREADS,
  CLAB_RESOURCE_MAPPINGS,
  CLAB_RESOURCE_MEMORY, /* bytes */
};
/* How much of it a child can have, up to `most`. Async-signal-safe: no */
long clab_try_resource(enum clab_resource resource, long most);
/* Whether a signal that was queued tells who sent it: no more than RLIMIT_SIGPENDING do. Returns 0
   or an errno. Async-signal-safe: no */
int clab_try_signal_information(void);

/* Of the headers that the harness was built with: "1.6.2". Async-signal-safe: yes */
const char *clab_unwinder_version(void);
/* The file of the library that was loaded; "" if that is not known. Async-signal-safe: no */
const char *clab_unwinder_file(void);

#ifdef __cplusplus
}
#endif
#endif
