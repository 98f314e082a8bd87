/* The helper: another process that reads this one from outside while a thread waits. */
#ifndef CLAB_HELPER_H
#define CLAB_HELPER_H

enum clab_helper_answer {
  CLAB_HELPER_NOT = 0,    /* there is none, or it failed */
  CLAB_HELPER_TRACES = 1, /* it stops the thread at the signal that comes next */
};

/* Starts the helper and waits for its answer. Async-signal-safe: yes */
enum clab_helper_answer clab_helper_run(void);

#endif
