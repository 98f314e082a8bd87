/* Tells a return address from any other word of a stack. */
#ifndef CLAB_RETURN_ADDRESS_H
#define CLAB_RETURN_ADDRESS_H

#include "walk/state.h"

/* Whether an address lies in memory that may be executed.
   Async-signal-safe: yes, if the target's functions are */
bool clab_is_code(struct clab_walk *walk, uint64_t address);
/* Whether a call instruction ends before an address.
   Async-signal-safe: yes, if the target's functions are */
bool clab_follows_call(struct clab_walk *walk, uint64_t address);
/* Whether an address is one of code and follows a call, or is where a signal handler returns to.
   Async-signal-safe: yes, if the target's functions are */
bool clab_is_return_address(struct clab_walk *walk, uint64_t address);

#endif
