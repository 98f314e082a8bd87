/*
 * The observer: a process seen from outside, through ptrace, from its start. For programs whose
 * handler cannot run, and for programs that have none of ours.
 *
 *     clab_observer_seize -> clab_observer_wait -> (clab_observer_look) -> clab_observer_resume ...
 *
 * The traced process runs at full speed between its signals. It dies with the observer
 * (PTRACE_O_EXITKILL), unless it was started beside it. Only the thread that has seized it may call
 * these; none of them is async-signal-safe.
 */
#ifndef CRASHLAB_OBSERVER_H
#define CRASHLAB_OBSERVER_H

#include "crashlab_harness.h"

enum clab_stop_kind {
  CLAB_STOPPED_NOT = 0,      /* nothing has happened */
  CLAB_STOPPED_SIGNAL = 1,   /* a signal is about to be delivered to the thread */
  CLAB_STOPPED_GROUP = 2,    /* SIGSTOP and its like: stopped by job control */
  CLAB_STOPPED_EVENT = 3,    /* a thread or a process was made, or continued */
  CLAB_STOPPED_ENDED = 4,    /* a thread has ended; the process, if it is its leader */
  CLAB_STOPPED_EXECUTED = 5, /* the process has become another program; `thread` is its leader */
  CLAB_STOPPED_LEAVING = 6,  /* the thread is about to end, and the whole process with it */
  CLAB_STOPPED_EXITING = 7,  /* the thread is about to end, by itself or by a signal */
  CLAB_STOPPED_MAKING = 8,   /* the thread has made another, which `status` is the number of */
};

struct clab_observed_stop {
  uint32_t kind; /* enum clab_stop_kind */
  pid_t thread;
  int32_t signal; /* of a signal or a group stop */
  int32_t status; /* of an end, also of one that is near: as waitpid tells it */
};

enum clab_observer_flags {
  CLAB_OBSERVE_THREADS = 0,        /* always: whatever threads it makes */
  CLAB_OBSERVE_FORKS = 1 << 0,     /* also the processes that it starts */
  CLAB_OBSERVE_EXECUTION = 1 << 1, /* stop when it executes another program */
  CLAB_OBSERVE_LEAVING = 1 << 2,   /* stop when a thread is about to end */
  CLAB_OBSERVE_OUTLIVED = 1 << 3,  /* when the observer ends it goes on, untraced */
};

/* Traces a process from now on. Returns 0 or an errno. */
int clab_observer_seize(pid_t process, uint32_t flags);
/* What else is to be observed from now on of this thread, which is stopped. Returns 0 or an errno.
 */
int clab_observer_change(pid_t thread, uint32_t flags);
/* Starts a program, searched for in PATH, and traces it from before its first instruction. Its
   descriptors, its terminal and its process group are the caller's; from its start on, signals are
   passed on (clab_observer_pass_on). Returns 0 or an errno: of execve if the program could not be
   started; then nothing is left of it. */
int clab_observer_spawn(char *const arguments[], uint32_t flags, pid_t *process);
/* The next thing that has happened in the process group; or, if `group` is 0, in any child. Returns
   0 or an errno: ECHILD when nothing is left to wait for. */
int clab_observer_wait(pid_t group, bool block, struct clab_observed_stop *stop);
/* From now on a wait for any child ends with EINTR whenever so many microseconds have passed (0: no
   more). Uses SIGALRM and the interval timer of this process. Returns 0 or an errno. */
int clab_observer_tick(uint64_t microseconds);
/* Whether that time has passed since this was last asked. Async-signal-safe: yes */
bool clab_observer_take_tick(void);
/* Stops a thread that runs: clab_observer_wait tells it as an event. Returns 0 or an errno. */
int clab_observer_interrupt(pid_t thread);
/* Whether a system call that a stop has interrupted is begun anew (signal(7), ptrace(2)): else the
   program sees it end with EINTR. Async-signal-safe: yes */
bool clab_call_begins_anew(long call);
/* Lets a stopped thread go on, delivering this signal (0: none). A thread that was stopped by job
   control stays so until it is continued. Returns 0 or an errno: ESRCH when it is gone. */
int clab_observer_resume(const struct clab_observed_stop *stop, int signal);
/* Lets a stopped thread go on untraced, without the signal that it is stopped at. Returns 0 or an
   errno: ESRCH when it is gone. */
int clab_observer_let_go(pid_t thread);
/* Writes a word that a thread waits for. Returns 0 or an errno. Async-signal-safe: yes */
int clab_observer_write_word(pid_t thread, uint64_t address, uint32_t value);
/* Whether a thread is one of this process's. */
bool clab_observer_is_of(pid_t thread, pid_t process);
/* A descriptor that can be read from when the process has ended, close-on-exec; -1 and errno. */
int clab_observer_pidfd(pid_t process);
/* A program and its observer, each a process of its own, whose parent waits for both. */
struct clab_supervised {
  pid_t program;
  pid_t observer; /* 0 in the observer itself */
};
/* Forks an observer, and beside it the process that will be the program: whatever happens to the
   observer, the program goes on. In the observer the next clab_observer_spawn, of the same
   arguments, traces that process. In the parent signals are passed on to the program from its start
   on. Returns 0 or an errno, then what was started ends by itself. The caller must have no other
   thread. */
int clab_observer_start_beside(char *const arguments[], struct clab_supervised *started);
/* Whether the program that was started beside the observer was executed. */
bool clab_observer_program_was_executed(void);
/* The process that passes signals on to the program: this one, or the observer's parent. */
pid_t clab_observer_who_passes_on(void);
/* From now on a crash of this process is told in words, and its exit status is 70. A signal that is
   ignored stays so. Async-signal-safe: no */
void clab_observer_tell_own_crash(void);
/* The capabilities that executing a file gives (struct vfs_cap_data). Returns their bytes; -1 and
   errno. Async-signal-safe: yes */
ssize_t clab_observer_file_capabilities(const char *path, void *buffer, size_t size);
/* From now on SIGTERM and SIGHUP that this process gets are the program's; 0: its own again. */
void clab_observer_pass_on(pid_t process);
/* Kills what a process has started, and what that has, as far as /proc tells; not itself.
   Async-signal-safe: no */
void clab_observer_end_descendants(pid_t process);
/* Ignores SIGXFSZ from now on, and SIGCHLD no longer: whoever ignores it gets no status of a child
   (wait(2)). Programs started by clab_observer_spawn get both as this process did.
   Async-signal-safe: no */
void clab_observer_set_signals(void);
/* What a thread that is stopped at a signal is about to die of, in the words of a handler: siginfo,
   registers, the kind of access as far as the instruction tells it, the unwind. Returns 0 or an
   errno. */
int clab_observer_look(pid_t thread, uint32_t unwinding, struct clab_evidence *evidence);
/* The same with a siginfo that the caller has. */
int clab_observer_look_as(pid_t thread, const siginfo_t *info, uint32_t unwinding,
                          struct clab_evidence *evidence);

/* The same of a thread that is about to end, as a seccomp filter kills the process for a system
   call that it has made: the kernel shows such a signal to no tracer, and this is what it would
   have told. Returns 0 or an errno: ESRCH if the thread has made no such call, ENOTSUP where the
   registers do not tell that. */
int clab_observer_look_at_refused_call(pid_t thread, struct clab_evidence *evidence);

/* How a thread and its process are set up for a signal. */
struct clab_signal_setup {
  uint64_t alternate_low;
  uint64_t alternate_size;
  uint64_t action_flags;    /* SA_ONSTACK and its like; the kernel leaves them when it takes the
                               handler away */
  uint64_t action_mask;     /* what its handler blocks */
  bool has_alternate_stack; /* sigaltstack(2) */
  bool action_was_set;      /* since the program was executed, whatever the action was */
};

/* Asks a thread that stands at a signal which ends it, and for which no handler is installed: it
   makes system calls. A program with seccomp filters must not be asked. Returns 0 or an errno;
   unless it is gone the thread stands as before, and can be resumed. */
int clab_observer_ask(pid_t thread, int signal, struct clab_signal_setup *setup);

/* What a signal tells, from its siginfo, the registers of the thread and its memory: everything of
   the evidence but the unwind and the times. `read` copies up to `size` bytes and returns how many
   it could. Notes in the registers whether the fault was the fetch of the instruction. */
void clab_evidence_of_signal(struct clab_evidence *evidence, pid_t thread, const siginfo_t *info,
                             struct clab_registers *registers,
                             size_t (*read)(void *context, uint64_t address, void *to, size_t size),
                             void *context);

/* ---- every thread at one moment -------------------------------------------------------------- */

enum clab_hold_state {
  CLAB_HOLD_NOT = 0,    /* it could not be asked: see `error` */
  CLAB_HOLD_ASKED = 1,  /* it does not stand yet */
  CLAB_HOLD_STANDS = 2, /* `status` tells why */
  CLAB_HOLD_ENDED = 3,
};

struct clab_held {
  pid_t thread;
  uint32_t state; /* enum clab_hold_state */
  int32_t status; /* as waitpid tells it */
  int32_t error;  /* an errno */
};

/* Stops threads and waits until they stand, no longer than `patience` nanoseconds: one that sleeps
   in the kernel for a disk may not. `seize`: nobody traces them yet, and they do not die with this
   process. Returns how many stand. */
unsigned clab_observer_hold(struct clab_held *threads, unsigned count, bool seize,
                            uint64_t patience);
/* Of threads that an observer traces: it is told by clab_observer_wait why each of them stands. */
void clab_observer_hand_on(const struct clab_held *threads, unsigned count);
/* Lets threads that were seized for it go on untraced, each with its signal; one that job control
   has stopped stays so. One that does not stand is let go by the kernel when this process ends. */
void clab_observer_release(const struct clab_held *threads, unsigned count);

#endif
