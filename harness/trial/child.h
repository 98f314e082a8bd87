/* What the parts of an armed child share: private to the harness. */
#ifndef CLAB_CHILD_H
#define CLAB_CHILD_H

#include "trial/board.h"

/* What a child has open besides its standard streams. */
enum {
  CLAB_CHANNEL = 3, /* its end of the channel */
  CLAB_BOARD = 4, /* its board, if it was executed again; else the board's number is the setup's */
};

extern struct clab_trial_setup clab_own_setup;

/* The stack of the calling thread, [low, high); 0 and 0 if it was never armed. */
struct clab_own_stack {
  uint64_t low;
  uint64_t high;
};
extern __thread struct clab_own_stack clab_own_stack __attribute__((tls_model("initial-exec")));
/* The calling thread's alternate stack; 0 and 0 if it has none. */
extern __thread struct clab_own_stack clab_own_alternate_stack
    __attribute__((tls_model("initial-exec")));

/* In the laboratory: warms libunwind up and finds the numbers of its pipe. Returns 0 or an errno.
   Async-signal-safe: no */
int clab_find_validation_pipe(void);
/* In a trial's child: puts the channel in its place and closes what is the laboratory's; the board
   keeps its number. Returns 0 or an errno. Async-signal-safe: yes */
int clab_keep_descriptors(int channel, int board);

/* The mark that every process of a trial bears and hands on, over fork, exec and setsid alike: a
   limit of RLIMIT_LOCKS, which no kernel since 2.4.25 looks at and /proc/PID/limits shows to
   everybody. It holds the laboratory's process identifier and the time, so that it is nobody
   else's. Made once in a process. Async-signal-safe: yes */
void clab_make_mark(void);
/* Takes on the laboratory's mark. Async-signal-safe: yes */
void clab_bear_mark(void);

/* Death with the parent, by the kernel's hand. Async-signal-safe: yes */
void clab_die_with(pid_t parent);
/* What the laboratory blocked or ignored is the laboratory's affair. Async-signal-safe: yes */
void clab_reset_signals(void);

/* The calling thread's stack, [low, high), and the size of the guard that it was to have. Returns 0
   or an errno. Async-signal-safe: no */
int clab_find_stack(uint64_t *low, uint64_t *high, size_t *guard);
/* Catches one fault. Async-signal-safe: yes */
void clab_handle_fault(int signal, siginfo_t *info, void *context);
/* Sends a message and parks until the laboratory answers: an enum clab_go, or CLAB_GO_DIE if it
   is gone. Async-signal-safe: yes */
char clab_send_and_park(const struct clab_evidence *evidence);

#endif
