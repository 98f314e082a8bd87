/*
 * Stackful coroutines on memory of the caller's: nothing is allocated, mapped or freed here, so a
 * stack may be any memory (mapped with a guard, taken from malloc, cut out of a pool, guarded by
 * madvise) and may be too small, which is what a laboratory is for.
 *
 * A coroutine is resumed by a thread or by another coroutine, and goes back to its resumer when it
 * suspends or returns. It may be resumed by another thread than before, never by two at once. It
 * shares the thread's floating-point control state (rounding, masks) with the others.
 */
#ifndef CRASHLAB_COROUTINE_H
#define CRASHLAB_COROUTINE_H

#include <stddef.h>
#include <stdint.h>

enum clab_coroutine_state {
  CLAB_COROUTINE_SUSPENDED = 0, /* not yet started, or between two resumes */
  CLAB_COROUTINE_RUNNING = 1,   /* on a thread, or waiting for a coroutine that it resumed */
  CLAB_COROUTINE_FINISHED = 2,  /* its entry function returned */
};

enum {
  CLAB_COROUTINE_NAME_SIZE = 32,
  /* Bytes. Holds the first frame and nothing else. */
  CLAB_COROUTINE_MINIMUM_STACK = 512,
};

struct clab_coroutine {
  uint64_t stack_low;  /* the stack limit: the lowest usable address */
  uint64_t stack_high; /* one past the highest */
  void (*entry)(void *argument);
  void *argument;
  uint64_t number;                     /* the caller's, for reports */
  char name[CLAB_COROUTINE_NAME_SIZE]; /* the caller's, for reports; ends in a zero */
  uint32_t state;                      /* enum clab_coroutine_state */

  /* What follows is private. */
  void *suspended_at;             /* the stack pointer to resume, while suspended */
  void *resumer_suspended_at;     /* the same of whoever resumed it, while running */
  struct clab_coroutine *resumer; /* NULL: the thread itself */
};

/* Prepares a coroutine to run entry(argument) on [stack_low, stack_low + stack_size). Writes to the
   top of the stack. Number and name become zero: set them afterwards. Returns 0, or EINVAL if the
   stack is smaller than CLAB_COROUTINE_MINIMUM_STACK. Async-signal-safe: yes */
int clab_coroutine_init(struct clab_coroutine *coroutine, void *stack_low, size_t stack_size,
                        void (*entry)(void *argument), void *argument);

/* Runs a suspended coroutine until it suspends or finishes. Returns its state then; one that is
   running or finished is left alone and its state returned.
   Async-signal-safe: no (the coroutine's own code runs) */
enum clab_coroutine_state clab_coroutine_resume(struct clab_coroutine *coroutine);

/* Goes back to whoever resumed the running coroutine. Outside of a coroutine it does nothing.
   Async-signal-safe: no (the resumer's code runs) */
void clab_coroutine_suspend(void);

/* The coroutine that the calling thread runs, or NULL. Async-signal-safe: yes */
struct clab_coroutine *clab_coroutine_current(void);

#endif
