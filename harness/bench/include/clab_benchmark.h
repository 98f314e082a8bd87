/*
 * A stack overflow to be measured: a forked child overflows, and its handler walks the same chain
 * with each of the unwinders that run in a process. Then it stands still for those from outside.
 */
#ifndef CRASHLAB_BENCHMARK_H
#define CRASHLAB_BENCHMARK_H

#include "clab_unwind.h"

enum { CLAB_OVERFLOW_ROUNDS = 8, CLAB_OVERFLOW_WALKS = 4 };

/* What the child measures, in shared memory. Times in nanoseconds. */
struct clab_overflow {
  /* Frames as each of them counts; unw_backtrace counts its callers in the handler too. */
  uint64_t folded_frames, step_frames, backtrace_frames;
  /* The first time in this process, each. */
  uint64_t folded, first_read, step, backtrace;
  /* Afterwards, in turn. */
  uint64_t folded_again[CLAB_OVERFLOW_ROUNDS];
  uint64_t backtrace_again[CLAB_OVERFLOW_ROUNDS];
  /* The least that there is to do: one word of each frame's size is read. */
  uint64_t read[CLAB_OVERFLOW_ROUNDS];
  struct clab_registers registers; /* at the fault */
  struct clab_stack_range stack;
  uint64_t captured; /* nanoseconds, by clab_capture_recursion */
  uint64_t captured_frames;
};

/* Async-signal-safe: no */
struct clab_overflow *clab_overflow_create(void);
void clab_overflow_destroy(struct clab_overflow *overflow);

/* Forks a child whose 8 MiB stack overflows: by one function that calls itself, or by six in random
   order, one of them with a frame that is sized at run time. `order` (any number) says which walk
   goes first: 0 the folded one, 1 the mere reading, 2 libunwind's steps, 3 unw_backtrace. Returns
   the child, stopped by SIGSTOP after its measurements, or -1 and errno. Async-signal-safe: no */
pid_t clab_fork_overflow(struct clab_overflow *overflow, bool irregular, unsigned order);
/* Async-signal-safe: no */
void clab_end_overflow(pid_t child);

/* Another unwinder, in another language, at the bottom of the same recursion: called there by a
   forked child whose stack is larger, when the recursion is `depth` calls deep, to fill in
   `captured` and `captured_frames`. Not in a handler, for one that cannot come back from the
   alternate stack. Returns 0 or an errno: ETIME after `patience` seconds. Async-signal-safe: no */
int clab_capture_recursion(struct clab_overflow *overflow, bool irregular, uint64_t depth,
                           unsigned patience, void (*capture)(struct clab_overflow *overflow));

/* How long it takes to copy all that lies between the fault's stack pointer and the stack's end by
   one process_vm_readv, into a buffer that was touched before and is used again each time.
   Nanoseconds, 0 on failure. Async-signal-safe: no */
uint64_t clab_time_copy_out(pid_t child, const struct clab_overflow *overflow);

/* How long it takes to read /proc/PID/task/TID/syscall and comm of every thread. Nanoseconds, 0 if
   one can't be read. Async-signal-safe: no */
uint64_t clab_time_thread_files(pid_t process);

/* Overflows the calling thread's stack. Async-signal-safe: no */
void clab_overflow_here(bool irregular);

#endif
