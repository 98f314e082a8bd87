/* What the process does with the signals of a crash, and what it did before. */
#ifndef CLAB_ACTIONS_H
#define CLAB_ACTIONS_H

#include <signal.h>
#include <stdbool.h>

typedef void (*clab_handler)(int, siginfo_t *, void *);

/* Whether it is a signal that the reporter tells of. Async-signal-safe: yes */
bool clab_actions_has(int signal);
/* How the handler is installed. Async-signal-safe: yes */
void clab_actions_fill(struct sigaction *action, clab_handler handler);
/* Installs the handler for each signal of a crash whose action is the default; `replaces`: or a
   handler. One that is ignored stays so. Returns 0 or an errno. Async-signal-safe: yes */
int clab_actions_install(clab_handler handler, bool replaces);
/* Takes the handler away wherever it is installed. Async-signal-safe: yes */
void clab_actions_withdraw(clab_handler handler);
/* Sets the default action as if nobody had ever set one. Async-signal-safe: yes */
void clab_actions_take_back(int signal);

#endif
