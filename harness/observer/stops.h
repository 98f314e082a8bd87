/*
 * What has happened to threads, and was seen before the observer has asked for it.
 */
#ifndef CLAB_STOPS_H
#define CLAB_STOPS_H

#include <stdbool.h>
#include <sys/types.h>

/* Keeps a status as waitpid told it. Async-signal-safe: no */
void clab_stops_put_back(pid_t thread, int status);
/* Takes the oldest that was kept. False if there is none. Async-signal-safe: no */
bool clab_stops_take(pid_t *thread, int *status);

#endif
