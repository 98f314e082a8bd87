/* Walks by libunwind alone, frame by frame: what the walk by rules is held against. */
#ifndef CLAB_PLAIN_H
#define CLAB_PLAIN_H

#include "walk/state.h"

/* Walks every frame of a begun walk by one libunwind cursor.
   Async-signal-safe: yes after clab_step_warm_up, if the target's functions are */
void clab_step_all(struct clab_walk *walk);
/* Runs a begun walk, and beside it a libunwind cursor to compare it with.
   Async-signal-safe: yes after clab_step_warm_up, if the target's functions are */
void clab_step_compare(struct clab_walk *walk, struct clab_oracle_result *result);

/* The same in the own process by libunwind's local interface, with its own look-up and cache.
   They may fault on a corrupt chain. */
/* Async-signal-safe: no */
void clab_plain_warm_up(void);
/* Async-signal-safe: yes, after the warm-up */
void clab_plain_all(struct clab_walk *walk, const ucontext_t *context);
/* Runs a begun walk, and beside it a libunwind cursor to compare it with.
   Async-signal-safe: yes, after the warm-up, but that libunwind's look-up takes the loader's lock
 */
void clab_plain_compare(struct clab_walk *walk, const ucontext_t *context,
                        struct clab_oracle_result *result);
/* Steps to the end and only counts. Async-signal-safe: yes, after the warm-up */
uint64_t clab_plain_count(const ucontext_t *context);

#endif
