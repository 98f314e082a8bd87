/*
 * What the threads of another process use of their stacks: where a new thread's stack lies, which
 * of its pages were touched, and a stop before the C library gives them back.
 *
 * glibc gives the pages of a thread's stack back with madvise(2) before the thread ends (nptl,
 * advise_stack_range), so that at its end there is nothing to see. A hardware breakpoint stops it
 * before: it changes no byte of the program, and a process that is forked does not have it.
 *
 * None of these is async-signal-safe but where it says so.
 */
#ifndef CRASHLAB_STACKS_H
#define CRASHLAB_STACKS_H

#include "clab_observer.h"

/* A thread that has executed nothing yet. */
struct clab_new_thread {
  uint64_t stack_pointer;
  uint64_t thread_pointer; /* of its thread-local storage; 0 where it is not known */
  uint64_t stack_low;      /* what clone3(2) was given; 0: it was made in another way */
  uint64_t stack_size;
};

/* Of a thread that stands before its first instruction, or of its maker that stands in the call.
   The registers are its own. Returns 0 or an errno. */
int clab_look_at_new_thread(pid_t thread, struct clab_new_thread *told);

enum { CLAB_BREAKPOINTS = 4 };

/* Stops a thread, which stands now, whenever it is about to execute an instruction at one of these
   places (0: none). Threads that it makes do not have them. Returns 0 or an errno: ENOSYS on other
   architectures than x86-64. */
int clab_set_breakpoints(pid_t thread, const uint64_t places[CLAB_BREAKPOINTS]);

struct clab_at_breakpoint {
  uint32_t number; /* which of the places */
  uint64_t stack_pointer;
  uint64_t result;       /* behind a system call: what it has returned */
  uint64_t arguments[4]; /* where a function begins: the first three; behind a system call: four */
};

/* Whether the SIGTRAP that a thread stands at is of one of these places, and which. */
bool clab_is_at_breakpoint(pid_t thread, const uint64_t places[CLAB_BREAKPOINTS],
                           struct clab_at_breakpoint *at);
/* The instruction behind the first system call of the function that begins there. Returns 0 or an
   errno: ENOENT where there is none near. */
int clab_after_system_call(pid_t thread, uint64_t function, uint64_t *place);

/* Whether a call instruction ends before an address: what a return address points to. */
bool clab_call_ends_before(pid_t thread, uint64_t address);

struct clab_mapping_at {
  uint64_t low, high;
  uint32_t permissions; /* 1 read, 2 write, 4 execute, 8 shared */
};

/* The mapping that holds an address. `maps`: a descriptor of /proc/PID/maps. Returns 0 or an errno:
   ENOENT where there is none, ENOTTY of a kernel before 6.11. Async-signal-safe: yes */
int clab_mapping_at(int maps, uint64_t address, struct clab_mapping_at *found);

/* The lowest page between two addresses that is in memory or in swap, and whether it is part of a
   huge one. `pagemap`: a descriptor of /proc/PID/pagemap. Returns 0 or an errno: ENOENT where there
   is none. Async-signal-safe: yes */
int clab_lowest_touched(int pagemap, uint64_t low, uint64_t high, uint64_t *page, bool *is_huge);

/* Where the guard ends that MADV_GUARD_INSTALL has put at the lowest of these pages; `low` if there
   is none, or if the kernel does not tell (before 6.16). Async-signal-safe: yes */
uint64_t clab_end_of_hidden_guard(int pagemap, uint64_t low, uint64_t high);
/* The lowest guard of that kind between two addresses. Returns 0 or an errno: ENOENT where there is
   none, or if the kernel does not tell. Async-signal-safe: yes */
int clab_next_hidden_guard(int pagemap, uint64_t low, uint64_t high, uint64_t guard[2]);

/* Writes this byte to every place between two addresses of another process. Returns 0 or an errno.
 */
int clab_fill_memory(pid_t thread, uint64_t low, uint64_t high, uint8_t byte);
/* The lowest place between two addresses that does not hold this byte; `high` if all do. Returns 0
   or an errno. */
int clab_lowest_changed(pid_t thread, uint64_t low, uint64_t high, uint8_t byte, uint64_t *place);

#endif
