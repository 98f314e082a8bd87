/*
 * What a switch costs: the machine's side of the measurements. Each call forks a child that places
 * itself (one core, a scheduling policy), does one sample of a few milliseconds, and leaves its
 * figures in shared memory; the laboratory stays as it was. A caller interleaves the arms, repeats
 * the rounds, and judges: nothing is averaged, rejected or concluded here.
 *
 * Each function returns 0 or an errno:
 *     EPERM      the policy is not permitted
 *     ENOENT     Boost.Context is not installed (fcontext only)
 *     ETIMEDOUT  the child did not finish within the deadline and was killed
 *     ECANCELED  the child died
 */
#ifndef CRASHLAB_SWITCHING_H
#define CRASHLAB_SWITCHING_H

#include <stdint.h>
#include <sys/types.h>

/* The processor and the policy (SCHED_OTHER, SCHED_BATCH, SCHED_FIFO) of a sample. */
struct clab_placement {
  int32_t cpu; /* -1: not pinned */
  int32_t policy;
  uint32_t deadline; /* milliseconds for one sample */
};

/* The highest of the processors that the calling thread may run on; -1 if that can't be told.
   Async-signal-safe: yes */
int clab_last_cpu(void);

/* What one sample found. */
struct clab_sample {
  uint64_t operations;        /* calls, switches or hops, as the measurement says */
  uint64_t elapsed;           /* CLOCK_MONOTONIC nanoseconds for all of them */
  uint64_t processor;         /* nanoseconds of processor time of all that took part */
  uint64_t voluntary;         /* context switches of all that took part, by getrusage */
  uint64_t involuntary;       /* the same */
  uint64_t switch_operations; /* the operations that the two counts and `processor` belong to */
  uint64_t page_table_loads;  /* on task switches, by tlb:tlb_flush, for all operations; 0 if not
                                 counted */
  uint64_t flushes;           /* those of them that flushed the TLB */
  double cycles_per_nanosecond;
};

/* ---- the clock ------------------------------------------------------------------------------- */

/* Core cycles a nanosecond, by a chain of dependent additions: one a cycle on every core of today,
   whatever the time-stamp counter counts. Takes about 0.1 ms. Async-signal-safe: yes */
double clab_cycles_per_nanosecond(void);

/* ---- calls and switches within one thread ---------------------------------------------------- */

enum clab_switch_kind {
  CLAB_SWITCH_INDIRECT_CALL = 0,
  CLAB_SWITCH_COROUTINE = 1,
  CLAB_SWITCH_COROUTINE_FULL = 2,
  CLAB_SWITCH_COROUTINE_INLINE = 3,
  CLAB_SWITCH_COROUTINE_RESUME = 4, /* clab_coroutine_resume and clab_coroutine_suspend */
  CLAB_SWITCH_FCONTEXT = 5,         /* Boost.Context's jump_fcontext, where installed */
  CLAB_SWITCH_SWAPCONTEXT = 6,
  CLAB_SWITCH_GETPID = 7,      /* the bare syscall */
  CLAB_SWITCH_SIGPROCMASK = 8, /* the syscall that swapcontext makes */
  CLAB_SWITCH_YIELD = 9,       /* sched_yield with nobody to yield to */
  CLAB_SWITCH_FUTEX = 10, /* a wake of nobody and a wait that need not: a hop without a switch */
  CLAB_SWITCH_COUNT = 11,
};

/* One sample of a kind. An operation is a call, or one switch in one direction.
   Async-signal-safe: no */
int clab_measure_switch(enum clab_switch_kind kind, const struct clab_placement *placement,
                        uint64_t operations, struct clab_sample *sample);

/* A sample that somebody else takes: body(sample, argument) runs in the placed child and returns 0
   or an errno. Async-signal-safe: no */
int clab_measure_body(int (*body)(struct clab_sample *sample, const void *argument),
                      const void *argument, const struct clab_placement *placement,
                      struct clab_sample *sample);

/* ---- rings of threads and processes ---------------------------------------------------------- */

enum {
  CLAB_RING_MAX_MEMBERS = 64,
  CLAB_RING_MAX_PAGES = 65536,
};

enum clab_member { CLAB_MEMBER_THREAD = 0, CLAB_MEMBER_PROCESS = 1 };

enum clab_token {
  CLAB_TOKEN_FUTEX = 0,         /* wakes the next, then waits */
  CLAB_TOKEN_PRIVATE_FUTEX = 1, /* the same with a private futex: threads only */
  CLAB_TOKEN_YIELD = 2,         /* sched_yield until it is its turn */
};

/* A token goes round `members` threads of one process, or processes of one thread each. Whoever has
   it reads one line on each of `pages` pages of its own (small pages, populated, a page's line
   staggered against its neighbours'), then hands it on. */
struct clab_ring {
  uint32_t members; /* 2 ... CLAB_RING_MAX_MEMBERS */
  uint32_t kind;    /* enum clab_member */
  uint32_t token;   /* enum clab_token */
  uint32_t pages;
  /* The number of the tracepoint tlb:tlb_flush, to count what it tells: every switch is dearer
     then. 0: not counted. */
  uint32_t flush_event;
};

/* Whether the tracepoint of that number can be counted: 0, or the errno that says why not.
   Async-signal-safe: yes */
int clab_flushes_check(uint32_t event);

/* One sample of a ring; an operation is a hop of the token. Async-signal-safe: no */
int clab_measure_ring(const struct clab_ring *ring, const struct clab_placement *placement,
                      uint64_t operations, struct clab_sample *sample);

/* ---- loads: many of a kind, stage by stage -------------------------------------------------- */

/* A child that does its work in stages and stands still between them, so that the laboratory can
   look at it in /proc. */
struct clab_stage {
  pid_t pid;
  int32_t pidfd;
  int32_t channel;
};

/* Starts a child that runs body(channel, argument), which calls clab_stage_await before and
   clab_stage_done after each of its stages. Returns 0 or an errno. Async-signal-safe: no */
int clab_stage_start(const struct clab_placement *placement,
                     void (*body)(int channel, const void *argument), const void *argument,
                     struct clab_stage *stage);

/* Lets the child do its next stage. What the stage took, in nanoseconds, is the child's figure.
   Returns 0, the errno that the child met, ETIMEDOUT or ECANCELED. Async-signal-safe: no */
int clab_stage_next(const struct clab_stage *stage, uint32_t deadline, uint64_t *elapsed);

/* Kills the child if it is still there, and forgets it. Async-signal-safe: no */
void clab_stage_end(struct clab_stage *stage);

/* In the child: waits for the laboratory's word; ends the process if there is none to come.
   Async-signal-safe: yes */
void clab_stage_await(int channel);

/* In the child: says what the stage took, or what error it met. Async-signal-safe: yes */
void clab_stage_done(int channel, uint64_t elapsed, int error);

/* A stage body; the argument is a size_t. Each stage goes that many bytes deeper into the main
   stack and touches every page on the way. Async-signal-safe: no */
void clab_grow_stack(int channel, const void *argument);
/* Threads get no memory of malloc's own: it would be counted as theirs. Async-signal-safe: no */
void clab_share_arena(void);

enum clab_load_kind {
  CLAB_LOAD_THREADS = 0,
  CLAB_LOAD_COROUTINES = 1,
  CLAB_LOAD_PROCESSES = 2,
};

struct clab_load {
  uint32_t kind; /* enum clab_load_kind */
  uint32_t count;
  uint64_t stack_size; /* bytes; 0: the system's default (threads), 64 KiB (coroutines) */
};

/* A stage body; the argument is a struct clab_load. Four stages: create them (each has run and is
   idle), nothing, wake each once, end and join them. Async-signal-safe: no */
void clab_run_load(int channel, const void *argument);

/* ---- an echo service under load -------------------------------------------------------------- */

struct clab_echo {
  uint32_t connections;
  uint32_t in_flight; /* requests under way at any time: at most `connections` */
  uint32_t requests;  /* counted; as many again as there are connections go before */
  uint32_t size;      /* bytes of a message: at most 4096 */
  int32_t client_cpu; /* -1: where the server is, whose core is the placement's */
};

struct clab_echo_result {
  uint64_t elapsed;          /* nanoseconds for the counted requests */
  uint64_t server_processor; /* nanoseconds of processor time, user and system, of its whole life */
  uint64_t server_peak;      /* bytes resident at most */
  uint64_t server_switches;  /* voluntary and involuntary, of its whole life */
};

/* Serves `count` connections (stream sockets, blocking) until the other side has closed them all.
   Returns 0 or an errno. */
typedef int (*clab_server)(const int *connections, uint32_t count, void *argument);

/* A thread a connection. Async-signal-safe: no */
int clab_serve_with_threads(const int *connections, uint32_t count, void *argument);
/* A coroutine a connection, on one thread and epoll. Async-signal-safe: no */
int clab_serve_with_coroutines(const int *connections, uint32_t count, void *argument);

/* For a server of one's own, in a language that has no epoll: descriptors that are waited for, each
   once for each time that it is armed. Each returns -1 and errno on failure.
   Async-signal-safe: yes */
int clab_poll_set_create(void);
/* Makes the descriptor non-blocking and adds it, unarmed. */
int clab_poll_set_add(int set, int descriptor);
int clab_poll_set_arm(int set, int descriptor, uint64_t token);
/* Waits until at least one can be read, and writes the tokens of those that can. */
int clab_poll_set_wait(int set, uint64_t *tokens, int capacity);

/* Runs the server in one process and a client in another, joined by Unix sockets. The latency of
   each counted request in nanoseconds goes into latencies[0 ..< requests], in the order of the
   answers. Returns 0 or an errno: EMFILE where so many descriptors are not permitted.
   Async-signal-safe: no */
int clab_measure_echo(const struct clab_echo *echo, const struct clab_placement *placement,
                      clab_server serve, void *argument, uint32_t *latencies,
                      struct clab_echo_result *result);

#endif
