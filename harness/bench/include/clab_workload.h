/*
 * What a program does that is run twice: by itself, and under `crashlab exec` or another tracer.
 * Each does its work so many times and returns how long that took, in CLOCK_MONOTONIC nanoseconds:
 * the start of the program is not in it. 0 and errno on failure.
 */
#ifndef CRASHLAB_WORKLOAD_H
#define CRASHLAB_WORKLOAD_H

#include <stdint.h>

/* SIGSEGV, caught by a handler that goes on elsewhere, as managed runtimes do with null references.
   Async-signal-safe: no */
uint64_t clab_work_handled_faults(uint32_t count);

/* Threads that do nothing, one after the other. Async-signal-safe: no */
uint64_t clab_work_threads(uint32_t count);

/* Arithmetic, a million steps each. Async-signal-safe: yes */
uint64_t clab_work_compute(uint32_t count);

#endif
