/*
 * Alternate signal stacks: one for each thread, with a guard below it, taken from a few that ended
 * threads have left.
 */
#ifndef CLAB_STACKS_H
#define CLAB_STACKS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* At the upper end of the memory that is mapped for it, above the stack. */
struct clab_block {
  void *memory; /* the guard's lowest address; NULL: it lies elsewhere */
  void *(*start)(void *);
  void *argument;
};

/* What the calling thread has. */
struct clab_own {
  struct clab_block *block; /* NULL: none of ours */
  uint64_t stack_mark;      /* an address in its stack, near the upper end; 0: unknown */
  int32_t rounds;           /* of destructors, at its end */
};
extern __thread struct clab_own clab_own __attribute__((tls_model("initial-exec")));

/* Once, before any other of these. Returns 0 or an errno. Async-signal-safe: no */
int clab_stacks_prepare(void);
/* Returns NULL if there is no memory. Async-signal-safe: yes */
struct clab_block *clab_stacks_take(void);
/* Async-signal-safe: yes */
void clab_stacks_give_back(struct clab_block *block);
/* Makes it the calling thread's, which has no alternate stack, until the thread ends.
   Async-signal-safe: no */
void clab_stacks_use(struct clab_block *block);
/* Gives the calling thread one, unless it has an alternate stack. Returns 0 or an errno.
   Async-signal-safe: no */
int clab_stacks_cover_thread(void);
/* Whether an alternate stack is the calling thread's own block. Async-signal-safe: yes */
bool clab_stacks_is_own(const void *low);

#endif
