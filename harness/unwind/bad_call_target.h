/*
 * The caller of code that is not there. After a call through a null pointer or into data the
 * program counter has no unwind information, and needs none: nothing of a function has run, so the
 * stack and the registers are still as the call has left them.
 */
#ifndef CLAB_UNFETCHED_H
#define CLAB_UNFETCHED_H

#include "walk/state.h"

/* The registers of the caller, if the walk is at its first frame, whose code could not be fetched,
   and the call is found. Async-signal-safe: yes, if the target's functions are */
bool clab_walk_bad_call_target(struct clab_walk *walk, struct clab_registers *registers);

#endif
