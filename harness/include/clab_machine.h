/*
 * What the kernel lets this process do: tried, not looked up, because a container's seccomp profile
 * or a security module says nothing in /proc of what it forbids.
 */
#ifndef CLAB_MACHINE_H
#define CLAB_MACHINE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a descriptor of a process (pidfd_open(2)). Returns 0 or an errno.
   Async-signal-safe: yes */
int clab_try_pidfd(void);
/* Attaches to a child as a tracer (PTRACE_SEIZE). Returns 0 or an errno. Async-signal-safe: no */
int clab_try_trace(void);
/* Reads a child's memory (process_vm_readv(2)). Returns 0 or an errno. Async-signal-safe: no */
int clab_try_remote_read(void);

enum clab_guard_kind { CLAB_GUARD_MAPPING, CLAB_GUARD_INSTALLED };
/* Guards a page and lets a child write to it. Returns 0 if the child died of SIGSEGV, EFAULT if it
   did not, or the errno of what failed before. Async-signal-safe: no */
int clab_try_guard(enum clab_guard_kind kind);
/* Whether /proc/self/pagemap shows a page guarded by MADV_GUARD_INSTALL (bit 58). Returns 0, ENOENT
   if it does not, or the errno of what failed before. Async-signal-safe: no */
int clab_try_guard_in_pagemap(void);

/* Of the headers that the harness was built with: "1.6.2". Async-signal-safe: yes */
const char *clab_unwinder_version(void);

#ifdef __cplusplus
}
#endif
#endif
