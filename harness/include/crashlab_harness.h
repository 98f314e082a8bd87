/*
 * The crash harness: what must happen inside a process that is about to die.
 *
 * A laboratory (one thread, any language) forks a child for every trial. The child arms itself
 * (alternate stack, signal handlers), starts bystanders, and runs the body of a case. On a fault
 * the handler writes down what only it knows (siginfo, registers, the unwind), sends it to the
 * laboratory as one datagram and parks. The laboratory looks at the child from outside and says
 * "go"; the handler restores the default action and returns, so that the same instruction faults
 * again and the kernel kills the process with the true signal.
 *
 *     laboratory:  clab_laboratory_prepare -> clab_board_create -> clab_fork_trial
 *     child:       clab_arm -> clab_start_bystanders -> the body -> clab_finish
 *     a thread:    clab_run_thread, or clab_arm_thread on a thread that somebody else made
 *
 * Nothing that comes from a child may be trusted: it has just corrupted its memory.
 * Each function says whether a signal handler may call it.
 */
#ifndef CRASHLAB_HARNESS_H
#define CRASHLAB_HARNESS_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "clab_coroutine.h"
#include "clab_instruction.h"
#include "clab_machine.h"
#include "clab_trace.h"
#include "clab_unwind.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the board: memory shared by the laboratory and one trial ------------------------------ */

enum {
  CLAB_NAME_SIZE = 32,
  CLAB_MAX_BYSTANDERS = 256,
  CLAB_MAX_NOTED_STACKS = 16384,
  CLAB_MAX_CANARIES = 16,
  CLAB_MAX_COUNTERS = 16,
  CLAB_REASON_SIZE = 256,
};

enum clab_stack_kind {
  CLAB_STACK_MAIN = 1,
  CLAB_STACK_THREAD = 2,
  CLAB_STACK_COROUTINE = 3,
  CLAB_STACK_ALTERNATE = 4,
};

/* What a process says of how it has armed itself. */
enum clab_armed {
  CLAB_ARMED_HANDLER = 1 << 0,
  CLAB_ARMED_ONSTACK = 1 << 1, /* SA_ONSTACK */
  CLAB_ARMED_IGNORED = 1 << 2, /* SIGSEGV is ignored */
  CLAB_ARMED_BLOCKED = 1 << 3, /* SIGSEGV is blocked in some thread */
};

/* A stack that the child says it has: [low, high), and of which thread if it is a thread's own.
   What guards it is never noted: the laboratory looks for that in the child's mappings. */
struct clab_stack_note {
  uint32_t kind;
  int32_t thread;
  uint64_t number;
  uint64_t low;
  uint64_t high;
  uint64_t guard_asked_for; /* bytes, by a thread's attributes; 0 if there are none */
  char name[CLAB_NAME_SIZE];
};

/* A block of memory with a known pattern that nobody may write: a change is silent corruption. */
struct clab_canary_note {
  uint64_t low;
  uint64_t high;
  uint64_t stack_limit; /* of the stack that may run into it; 0 if none */
  uint64_t seed;
  uint64_t first_changed; /* found by the child at its end; 0 if untouched */
  uint64_t last_changed;
  uint64_t bytes_changed;
  char what[CLAB_NAME_SIZE];
  char owner[CLAB_NAME_SIZE];
};

/* A figure that a case wants to see in the report: growth steps, bytes of heap, recoveries. */
struct clab_counter_note {
  int64_t value;
  char name[CLAB_NAME_SIZE];
};

struct clab_board;

/* Maps a board: shared, zeroed, inherited by fork; the descriptor is for those that execute.
   NULL and errno if there is no memory. Async-signal-safe: no */
struct clab_board *clab_board_create(int *descriptor);
/* Async-signal-safe: no */
void clab_board_destroy(struct clab_board *board, int descriptor);
/* Makes a board ready for another trial. Async-signal-safe: yes */
void clab_board_reset(struct clab_board *board);

/* How many bystanders there are, at most CLAB_MAX_BYSTANDERS whatever the child wrote.
   Async-signal-safe: yes */
uint32_t clab_board_bystanders(const struct clab_board *board);
/* Copies the bystanders' counters, as many as there is room for; returns how many.
   Async-signal-safe: yes */
uint32_t clab_board_beats(const struct clab_board *board, uint64_t *beats, uint32_t capacity);
/* When the last beat was, CLOCK_MONOTONIC nanoseconds; 0 if never. Async-signal-safe: yes */
uint64_t clab_board_last_beat(const struct clab_board *board);
/* Rings the bell: every living bystander beats once. Returns how many were waiting for it.
   Async-signal-safe: yes */
int clab_board_ring(struct clab_board *board);
/* How often a handler was entered, by all threads together. Async-signal-safe: yes */
uint32_t clab_board_handler_entries(const struct clab_board *board);
/* When the child was armed, CLOCK_MONOTONIC nanoseconds; 0 if never. Async-signal-safe: yes */
uint64_t clab_board_armed_at(const struct clab_board *board);
/* Copies out one note; false if there is none of that index. The text is always ended by a NUL.
   Async-signal-safe: yes */
bool clab_board_stack(const struct clab_board *board, uint32_t index, struct clab_stack_note *out);
bool clab_board_canary(const struct clab_board *board, uint32_t index,
                       struct clab_canary_note *out);
bool clab_board_counter(const struct clab_board *board, uint32_t index,
                        struct clab_counter_note *out);
/* The reason why the child could not run its case, or what it has to tell; "" if it said nothing.
   Async-signal-safe: yes */
/* How the process has armed itself: enum clab_armed. Async-signal-safe: yes */
uint32_t clab_board_armed(const struct clab_board *board);
void clab_board_reason(const struct clab_board *board, char reason[CLAB_REASON_SIZE]);

/* ---- evidence: the datagram of a dying child ------------------------------------------------ */

enum clab_message_kind {
  CLAB_MESSAGE_FAULT = 1,    /* a signal was caught: everything below is filled in */
  CLAB_MESSAGE_FINISHED = 2, /* the body came to its end */
  CLAB_MESSAGE_SKIPPED = 3,  /* the body found that this machine cannot run it: see the reason */
  CLAB_MESSAGE_FAILED = 4,   /* the machine could run it, but is out of something: see the reason */
};

enum clab_go {
  CLAB_GO_ON = 'g',  /* let the case's recovery have it, or die of the true signal */
  CLAB_GO_DIE = 'd', /* no recovery: die of the true signal */
};

enum { CLAB_EVIDENCE_MAGIC = 0x42414c43 /* "CLAB" */ };

struct clab_evidence {
  uint32_t magic;
  uint32_t size; /* of the whole message */
  uint32_t kind; /* enum clab_message_kind */
  int32_t thread;
  int32_t signal;
  int32_t code; /* si_code; of CLAB_MESSAGE_FAILED the errno */
  uint64_t address;
  int32_t sender_pid; /* of a sent signal */
  uint32_t sender_uid;
  uint32_t access; /* enum clab_access */
  uint32_t trap;   /* the processor's trap number where it has one */
  uint64_t program_counter;
  uint64_t stack_pointer;
  uint64_t frame_pointer;
  uint64_t handler_stack_pointer; /* where the handler itself runs */
  uint64_t handler_stack_used;    /* bytes of the alternate stack that were touched; 0 unmeasured */
  uint64_t caught_at;             /* CLOCK_MONOTONIC nanoseconds */
  uint64_t sent_at;
  struct clab_registers registers; /* that the signal has met */
  uint64_t target; /* where the instruction would have gone on, where `has_target` */
  uint8_t instruction[CLAB_LONGEST_INSTRUCTION]; /* at the program counter */
  uint8_t instruction_size;                      /* how much of it could be read */
  uint8_t has_target; /* looked up only where the kernel knew no address (SI_KERNEL) */
  uint8_t is_far; /* the target lies behind a selector: of the code, and for iret of the stack */
  uint8_t after_overflow_interrupt; /* int $4 lies before the program counter, and was refused
                                       unless what stands there explains it */
  uint16_t code_selector;
  uint16_t stack_selector;
  int32_t system_call;               /* of SIGSYS: its number (si_syscall) */
  uint32_t system_call_architecture; /* AUDIT_ARCH_*; 0: no system call was told */
  struct clab_trace trace;
};

/* Of SIGSYS that the kernel has raised: the system call. Async-signal-safe: yes */
void clab_evidence_of_system_call(struct clab_evidence *evidence, const siginfo_t *info);

/* Fills in the registers, the code at the program counter and, where the kernel knew no address
   (SI_KERNEL), where the instruction would have gone on. `read` copies up to `size` bytes of the
   thread's memory and returns how many it could.
   Async-signal-safe: yes, after clab_instruction_warm_up, if `read` is */
void clab_evidence_of_instruction(
    struct clab_evidence *evidence, const struct clab_registers *registers,
    size_t (*read)(void *context, uint64_t address, void *to, size_t size), void *context);

/* ---- the laboratory's side ------------------------------------------------------------------ */

struct clab_trial_setup {
  struct clab_board *board;
  int board_descriptor;
  uint32_t unwinding;         /* enum clab_unwinding */
  uint64_t memory_limit;      /* bytes of private writable memory (RLIMIT_DATA); 0: no limit */
  uint64_t file_limit;        /* bytes of each file that it writes (RLIMIT_FSIZE); 0: no limit */
  bool show_output;           /* leave standard output and error; otherwise /dev/null */
  bool observed;              /* traced from its start: see clab_observer.h */
  bool measure_handler_stack; /* count the bytes of alternate stack that the handler touched */
};

/* Once, before the first fork: binds and warms whatever a handler will need (libunwind's caches
   and locks), so that children inherit it. Returns 0 or an errno. Async-signal-safe: no */
int clab_laboratory_prepare(void);
/* What marks every process that this laboratory's trials have started, as the soft limit of
   RLIMIT_LOCKS ("Max file locks" in /proc/PID/limits). Async-signal-safe: yes */
uint64_t clab_laboratory_mark(void);

/* Forks a trial. In the child: own process group, death with the parent, no core, descriptors
   closed but its channel; returns 0. In the parent: returns the child's pid, its channel and its
   pidfd (both close-on-exec). -1 and errno on failure. The caller must have no other thread.
   Async-signal-safe: no */
pid_t clab_fork_trial(const struct clab_trial_setup *setup, int *channel, int *pidfd);
/* The call of clab_laboratory_prepare, clab_board_create or clab_fork_trial that failed: `fork`,
   `pidfd_open`. Async-signal-safe: yes */
const char *clab_refused_call(void);

/* Receives one message without waiting, and the process that sent it as the kernel knows it: a case
   may have forked. Returns its length, 0 at the channel's end, -1 and errno.
   Async-signal-safe: yes */
ssize_t clab_receive(int channel, void *buffer, size_t size, pid_t *sender);
/* In a trial's child: executes the program again with these arguments, under this soft limit of the
   main stack (0: as it is), with its channel and its board. Returns an errno if it can't.
   Async-signal-safe: yes */
int clab_execute_again(char *const arguments[], size_t stack_limit);
/* In a program executed so: takes over channel and board. 0, or -1 and errno if it was not.
   Async-signal-safe: no */
int clab_resume_trial(void);

/* What a program that executes itself anew says to the fresh copy: before the copy's main the
   library takes over (clab_enter_trial, which the library defines) if this variable is set. */
#define CLAB_REQUEST_VARIABLE "CRASHLAB_TRIAL"
enum { CLAB_ANSWERS = 3 /* the descriptor that the copy answers on */ };
/* Executes this program's file, also if its name is another's by now, without forking: the caller
   may have any number of threads. Returns 0, the process and the descriptor to read its answers
   from, or an errno. Async-signal-safe: no */
int clab_spawn_copy(char *const arguments[], char *const environment[], pid_t *process,
                    int *answers);
/* Whether a fresh copy of this program would see it. Async-signal-safe: yes */
bool clab_can_enter_again(void);
/* Where the code at an address lies: its image as the loader names it ("" for the program itself),
   and the offset from where that was loaded. False if it is no code of any image, or the name is
   longer than `size`. Async-signal-safe: no */
bool clab_place_of_code(uint64_t address, char *image, size_t size, uint64_t *offset);
/* The other way round: the address, or 0 if this process has no such code. Async-signal-safe: no */
uint64_t clab_code_at(const char *image, uint64_t offset);

/* The least that a crash can cost: fork, a write to null under the default action, wait. Returns
   the signal that ended the child, or -1. Async-signal-safe: no */
int clab_bare_crash(void);

/* What Swift does not import: signalfd, and the union inside siginfo. A signal number that has come
   over the descriptor, 0 if none has. */
int clab_signal_descriptor(const sigset_t *mask);
int clab_take_signal(int descriptor);
/* The exit status or the signal that waitid has told. */
int32_t clab_child_status(siginfo_t info);
/* The C library's version, and AT_MINSIGSTKSZ (0 where the kernel does not tell). */
const char *clab_libc_version(void);
size_t clab_minimum_signal_stack(void);

enum { CLAB_MAX_PEEKS = 512 };

/* Copies `size` bytes from each of these addresses of another process, one behind the other, at
   most CLAB_MAX_PEEKS of them. Returns how many were read whole: it stops at the first that can't
   be. -1 and errno if that is the first of all. Async-signal-safe: yes */
long clab_peek_memory(pid_t process, const uint64_t *addresses, size_t count, size_t size,
                      void *buffer);
/* RLIMIT_STACK's soft limit of a process, bytes; UINT64_MAX: none. Returns 0 or an errno: EPERM for
   another user's process. Async-signal-safe: yes */
int clab_stack_limit_of(pid_t process, uint64_t *bytes);
/* The stack pointer of another process's running thread, which is stopped for the moment. Returns 0
   or an errno. Async-signal-safe: no */
int clab_peek_stack_pointer(pid_t thread, uint64_t *pointer);

/* Forks the control process: it beats on the board; when its parent is gone it ends whatever bears
   the laboratory's mark, then itself. Async-signal-safe: no */
pid_t clab_fork_control(struct clab_board *board);
/* Whether orphans among this process's descendants become its children: then none can hide.
   Async-signal-safe: yes */
int clab_adopt_orphans(bool adopt);

/* ---- the child's side ------------------------------------------------------------------------ */

enum clab_arm_flags {
  CLAB_ARM_NO_ALTERNATE_STACK = 1 << 0,
  CLAB_ARM_NO_ONSTACK = 1 << 1, /* leave SA_ONSTACK out */
  CLAB_ARM_NODEFER = 1 << 2,    /* a second fault inside the handler is caught too */
  CLAB_ARM_NO_HANDLER = 1 << 3,
  CLAB_ARM_BLOCKED = 1 << 4, /* SIGSEGV is blocked in this thread */
  CLAB_ARM_IGNORED = 1 << 5, /* SIGSEGV is ignored (SIG_IGN) instead of handled */
};

/* What becomes of a caught fault after the evidence was sent. True: the handler returns and the
   instruction is tried again. False: the process dies of the true signal. It may also never
   return (siglongjmp, pthread_exit); then it calls clab_fault_settled first. */
typedef bool (*clab_recovery)(int signal, siginfo_t *info, void *context, void *argument);

/* Installs the handlers and arms the calling thread. Returns 0 or an errno.
   Async-signal-safe: no */
int clab_arm(uint32_t flags);
/* Gives the calling thread a name, an alternate stack with a guard of its own, and notes its
   stack. For threads that somebody else made (a Dispatch worker, a Task). Returns 0 or an errno.
   Async-signal-safe: no */
int clab_arm_thread(const char *name, uint32_t flags);
/* Gives the calling thread an alternate stack of the case's own making, with these ss_flags
   (0 or SS_AUTODISARM), and notes it. Returns 0 or an errno. Async-signal-safe: yes */
int clab_use_alternate_stack(const char *name, void *low, size_t size, int flags);
/* The calling thread's stack now ends here, and so many bytes below are to be its guard: a case has
   opened its guard, or closed it again. Async-signal-safe: yes */
void clab_stack_limit_moved(const void *low, size_t guard);
/* Async-signal-safe: yes */
void clab_set_recovery(clab_recovery recovery, void *argument);
/* The fault is dealt with: the next one, of whichever thread, will be reported anew.
   Async-signal-safe: yes */
void clab_fault_settled(void);
/* How often a handler of this process was entered, by all threads together; also by those that
   wait for their turn. Async-signal-safe: yes */
uint32_t clab_handler_entries(void);
/* Bytes of alternate stack that each armed thread gets, guard not counted: AT_MINSIGSTKSZ and
   what the handler needs. Async-signal-safe: yes */
size_t clab_alternate_stack_size(void);

/* Starts threads that do nothing but beat, and waits until each has beaten. Returns 0 or an errno.
   Async-signal-safe: no */
int clab_start_bystanders(uint32_t count);

/* Tells the laboratory that the body came to its end, parks until it has looked, and ends the
   process with this status. Async-signal-safe: yes */
_Noreturn void clab_finish(int status);
/* The same for a body that this machine cannot run. Async-signal-safe: yes */
_Noreturn void clab_skip(const char *reason);
/* The same for something that could not be done, with its errno: where the machine is out of
   something the trial has failed, else this machine cannot run it. Async-signal-safe: yes */
_Noreturn void clab_give_up(const char *what, int error);

/* Notes that the laboratory should know of. Each returns the index, or -1 if the board is full.
   Async-signal-safe: yes */
int clab_note_stack(enum clab_stack_kind kind, int32_t thread, uint64_t number, const char *name,
                    const void *low, const void *high);
/* Fills [low, low + size) with the canary pattern and notes it. */
int clab_note_canary(const char *what, const char *owner, void *low, size_t size,
                     const void *stack_limit);
/* Sets the named counter. */
int clab_note_counter(const char *name, int64_t value);
void clab_note_reason(const char *reason);
/* Looks at every canary and writes down what has changed. Async-signal-safe: yes */
void clab_check_canaries(void);
/* The byte that the canary pattern has at this address. Async-signal-safe: yes */
uint8_t clab_canary_byte(uint64_t seed, uint64_t address);

struct clab_thread_options {
  const char *name;
  size_t stack_size;  /* bytes; 0: the system's default */
  size_t guard_size;  /* bytes; SIZE_MAX: the system's default */
  void *stack_memory; /* pthread_attr_setstack's; NULL: the system makes it */
  uint32_t arm_flags;
};

/* Runs the body in a new armed thread and waits for its end. Returns 0 or an errno.
   Async-signal-safe: no */
int clab_run_thread(const struct clab_thread_options *options, void (*body)(void *),
                    void *argument);
/* The same without waiting. */
int clab_spawn_thread(const struct clab_thread_options *options, void (*body)(void *),
                      void *argument, pthread_t *thread);
/* The calling thread's stack, [low, high). Returns 0 or an errno. Async-signal-safe: no */
int clab_current_stack(uint64_t *low, uint64_t *high);
/* Bytes from the calling thread's stack's high end down to the lowest page of it that was ever
   touched; 0 if the stack is not known. Async-signal-safe: no */
size_t clab_stack_touched(void);

/* Forks a process that dies with its parent, for cases about other processes. Its descriptors
   and handlers are the parent's. Async-signal-safe: no */
pid_t clab_fork_companion(void);

/* Takes all access from whole pages and keeps them a mapping of their own: the kernel joins
   neighbours of equal flags, and a guard that was joined with somebody else's pages without access
   would look larger than it is. 0, or -1 and errno. Async-signal-safe: yes */
int clab_protect_guard(void *low, size_t size);
/* Maps [below][guard][stack] in one piece, the guard without access; below is readable and
   writable, or nothing at all (a hole). Sizes are whole pages. Returns the stack's lowest address,
   or NULL and errno. Async-signal-safe: no */
void *clab_map_stack(size_t below, bool hole, size_t guard, size_t stack);

/* Makes [low, low + size) fault by MADV_GUARD_INSTALL (Linux 6.13 on): no mapping is split and maps
   shows nothing. Returns 0 or an errno, EINVAL where the kernel does not know it.
   Async-signal-safe: yes */
int clab_install_guard(void *low, size_t size);

/* Returns the value; the optimizer can assume nothing about it. Async-signal-safe: yes */
uint64_t clab_optimizer_barrier(uint64_t value);
/* CLOCK_MONOTONIC in nanoseconds. Async-signal-safe: yes (the vDSO's on Linux) */
uint64_t clab_now(void);

#ifdef __cplusplus
}
#endif
#endif
