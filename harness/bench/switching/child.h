/*
 * A sample's own process: placed on its core under its policy, watched by a deadline.
 */
#ifndef CLAB_SWITCHING_CHILD_H
#define CLAB_SWITCHING_CHILD_H

#include "clab_switching.h"

#include <stddef.h>

/* Puts the calling thread on its core and under its policy. Returns 0 or an errno.
   Async-signal-safe: yes */
int clab_place(const struct clab_placement *placement);

/* In a new child: a process group of its own, and death with the parent. Async-signal-safe: yes */
void clab_become_child(pid_t parent);

/* Waits until the process has ended or something can be read, for at most that long. Returns 0, or
   ETIMEDOUT. The descriptor to read may be -1. Async-signal-safe: yes */
int clab_wait_for_child(int pidfd, int channel, uint32_t milliseconds);

/* Kills the process and its group, and reaps it. Async-signal-safe: yes */
void clab_end_child(pid_t pid, int pidfd);

/* Forks a child that runs body(shared, argument) and returns its result, an errno; the child's
   figures are in *result, of that size, which the body writes through `shared`.
   Async-signal-safe: no */
int clab_measure_in_child(const struct clab_placement *placement,
                          int (*body)(void *shared, const void *argument), const void *argument,
                          void *result, size_t size);

/* The processor time of the calling thread in nanoseconds. Async-signal-safe: yes */
uint64_t clab_thread_time(void);

#endif
