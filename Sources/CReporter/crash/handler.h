/* What happens when the program crashes. */
#ifndef CLAB_HANDLER_H
#define CLAB_HANDLER_H

#include <signal.h>

/* Reports the crash, and returns so that the process dies of this very signal.
   Async-signal-safe: yes */
void clab_handle_crash(int signal, siginfo_t *info, void *context);

#endif
