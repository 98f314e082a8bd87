/* Whether a wait is to end because a clock has ticked. */
#ifndef CLAB_TICK_H
#define CLAB_TICK_H

#include <stdbool.h>

/* Async-signal-safe: yes */
bool clab_tick_is_due(void);

#endif
