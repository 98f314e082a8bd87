/*
 * The handler: runs on the alternate stack of a thread that has just faulted, in a process whose
 * memory may be in any state. It takes no lock, allocates nothing, and calls only what is
 * async-signal-safe: plain memory, vDSO time, sendmsg, recv, futex, sigaction.
 *
 * To future editors: everything that this file calls must stay so. libunwind is warmed up before
 * the fork (clab_unwind_warm_up), so that its first-use locks and allocations lie behind it.
 */
#include "architecture/registers.h"
#include "trial/child.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static clab_recovery recovery;
static void *recovery_argument;

/* The thread whose fault is being dealt with; 0: none. Also a futex for those that come second. */
static int32_t fault_owner;

void clab_set_recovery(clab_recovery function, void *argument) {
  recovery_argument = argument;
  recovery = function;
}

void clab_fault_settled(void) {
  __atomic_store_n(&fault_owner, 0, __ATOMIC_RELEASE);
  syscall(SYS_futex, &fault_owner, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

uint32_t clab_handler_entries(void) { return clab_board_handler_entries(clab_own_board); }

/* One fault is told at a time. A second thread waits here until the first is dealt with, which is
   forever if the process dies; a second fault of the same thread goes through: it is the
   handler's own. Async-signal-safe: yes */
static void take_turn(int32_t thread) {
  int32_t owner = 0;
  while (!__atomic_compare_exchange_n(&fault_owner, &owner, thread, false, __ATOMIC_ACQ_REL,
                                      __ATOMIC_ACQUIRE)) {
    if (owner == thread)
      return;
    syscall(SYS_futex, &fault_owner, FUTEX_WAIT_PRIVATE, owner, NULL, NULL, 0);
    owner = 0;
  }
}

char clab_send_and_park(const struct clab_evidence *evidence) {
  while (send(CLAB_CHANNEL, evidence, sizeof *evidence, MSG_NOSIGNAL) < 0)
    if (errno != EINTR)
      return CLAB_GO_DIE;
  char answer = CLAB_GO_DIE;
  while (recv(CLAB_CHANNEL, &answer, 1, 0) < 0)
    if (errno != EINTR)
      return CLAB_GO_DIE;
  return answer;
}

/* The kernel gives fresh pages zeroed, and the alternate stack is used by nobody else: what is not
   zero was touched. Async-signal-safe: yes */
static uint64_t alternate_stack_used(void) {
  uint64_t low = clab_own_alternate_stack.low, high = clab_own_alternate_stack.high;
  while (low < high && *(const uint64_t *)low == 0)
    low += sizeof(uint64_t);
  return high - low;
}

/* The stack that was in use: the coroutine's that ran, or the thread's. Async-signal-safe: yes */
static struct clab_own_stack stack_in_use(void) {
  const struct clab_coroutine *coroutine = clab_coroutine_current();
  if (!coroutine)
    return clab_own_stack;
  return (struct clab_own_stack){coroutine->stack_low, coroutine->stack_high};
}

static void describe(struct clab_evidence *evidence, int signal, const siginfo_t *info,
                     const ucontext_t *context) {
  evidence->signal = signal;
  evidence->code = info->si_code;
  evidence->trap = clab_trap_number(context);
  evidence->access = clab_access_kind(signal, context);
  evidence->program_counter = clab_program_counter(context);
  evidence->stack_pointer = clab_stack_pointer(context);
  evidence->frame_pointer = clab_frame_pointer(context);
  evidence->handler_stack_pointer = (uint64_t)__builtin_frame_address(0);
  /* Who sent it and where it fell share their bytes (sigaction(2)). */
  if (info->si_code <= 0) {
    evidence->address = 0;
    evidence->sender_pid = info->si_pid;
    evidence->sender_uid = info->si_uid;
  } else {
    evidence->address = (uint64_t)info->si_addr;
    evidence->sender_pid = 0;
    evidence->sender_uid = 0;
  }
  clab_evidence_of_system_call(evidence, info);
}

/* Through the kernel, which refuses what can't be read. Async-signal-safe: yes */
static size_t read_own(void *context, uint64_t address, void *buffer, size_t size) {
  (void)context;
  struct iovec to = {buffer, size};
  struct iovec from = {(void *)address, size};
  ssize_t count = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
  return count > 0 ? (size_t)count : 0;
}

static void describe_instruction(struct clab_evidence *evidence, const ucontext_t *context) {
  struct clab_registers registers;
  clab_registers_of_context(context, &registers);
  clab_own_segment_bases(&registers);
  clab_evidence_of_instruction(evidence, &registers, read_own, NULL);
}

/* Back to the default action. A fault repeats itself when the handler returns. A signal that was
   sent does not, and neither does the SIGSEGV of a signal whose frame did not fit, which like every
   refusal of the processor comes from the kernel: it is sent again. Async-signal-safe: yes */
static void die_of(int signal, siginfo_t *info, ucontext_t *context) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigaction(signal, &action, NULL);
  if (info->si_code <= 0 || (signal == SIGSEGV && info->si_code == SI_KERNEL))
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal, info);
  else
    clab_rewind_breakpoint(signal, context);
}

void clab_handle_fault(int signal, siginfo_t *info, void *context) {
  static struct clab_evidence evidence; /* one turn at a time; a nested fault comes after a send */
  uint64_t caught_at = clab_now();
  int saved_errno = errno;
  int32_t thread = gettid();
  __atomic_add_fetch(&clab_own_board->handler_entries, 1, __ATOMIC_ACQ_REL);
  take_turn(thread);

  evidence.magic = CLAB_EVIDENCE_MAGIC;
  evidence.size = sizeof evidence;
  evidence.kind = CLAB_MESSAGE_FAULT;
  evidence.thread = thread;
  evidence.caught_at = caught_at;
  describe(&evidence, signal, info, context);
  describe_instruction(&evidence, context);
  struct clab_own_stack stack = stack_in_use();
  struct clab_stack_range range = {stack.low, stack.high};
  clab_unwind_local(context, stack.high ? &range : NULL, clab_own_setup.unwinding, &evidence.trace,
                    NULL, NULL);
  evidence.handler_stack_used = clab_own_setup.measure_handler_stack ? alternate_stack_used() : 0;
  evidence.sent_at = clab_now();

  char answer = clab_send_and_park(&evidence);
  if (answer == CLAB_GO_ON && recovery && recovery(signal, info, context, recovery_argument)) {
    clab_fault_settled();
    errno = saved_errno;
    return;
  }
  die_of(signal, info, context);
  errno = saved_errno;
}

static _Noreturn void end(enum clab_message_kind kind, int code, int status) {
  static struct clab_evidence message;
  message.magic = CLAB_EVIDENCE_MAGIC;
  message.size = sizeof message;
  message.kind = kind;
  message.code = code;
  message.thread = gettid();
  message.caught_at = message.sent_at = clab_now();
  if (clab_own_board)
    clab_check_canaries();
  clab_send_and_park(&message);
  _exit(status);
}

void clab_finish(int status) { end(CLAB_MESSAGE_FINISHED, 0, status); }

void clab_skip(const char *reason) {
  clab_note_reason(reason);
  end(CLAB_MESSAGE_SKIPPED, 0, 0);
}

/* The machine could do it, but not now. */
static bool is_want(int error) {
  return error == ENOMEM || error == EAGAIN || error == EMFILE || error == ENFILE ||
         error == ENOSPC || error == EDQUOT;
}

void clab_give_up(const char *what, int error) {
  const char *cause = strerrordesc_np(error);
  if (clab_own_board) {
    clab_note_reason(what);
    clab_note_more_reason(cause ? cause : "for no reason that is known");
  }
  end(is_want(error) ? CLAB_MESSAGE_FAILED : CLAB_MESSAGE_SKIPPED, error, 0);
}
