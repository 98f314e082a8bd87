/* The short report that the handler writes itself where there is no helper. */
#ifndef CLAB_COMPACT_H
#define CLAB_COMPACT_H

#include <signal.h>
#include <ucontext.h>

/* Writes it to standard error. One thread at a time. Async-signal-safe: yes */
void clab_compact_report(int signal, const siginfo_t *info, const ucontext_t *context);

#endif
