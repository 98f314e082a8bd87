/* The evidence of a thread that stands at a signal, taken from outside. */
#include "architecture/dwarf.h"
#include "clab_observer.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

static bool is_memory_fault(const siginfo_t *info) {
  return (info->si_signo == SIGSEGV || info->si_signo == SIGBUS) && info->si_code > 0;
}

void clab_evidence_of_signal(struct clab_evidence *evidence, pid_t thread, const siginfo_t *info,
                             struct clab_registers *registers,
                             size_t (*read)(void *context, uint64_t address, void *to, size_t size),
                             void *context) {
  memset(evidence, 0, sizeof *evidence);
  evidence->magic = CLAB_EVIDENCE_MAGIC;
  evidence->size = sizeof *evidence;
  evidence->kind = CLAB_MESSAGE_FAULT;
  evidence->thread = thread;
  evidence->signal = info->si_signo;
  evidence->code = info->si_code;
  /* Who sent it and where it fell share their bytes (sigaction(2)). */
  if (info->si_code <= 0) {
    evidence->sender_pid = info->si_pid;
    evidence->sender_uid = info->si_uid;
  } else {
    evidence->address = (uint64_t)info->si_addr;
  }
  clab_evidence_of_system_call(evidence, info);
  clab_evidence_of_instruction(evidence, registers, read, context);
  if (is_memory_fault(info) && info->si_code != SI_KERNEL) /* which knows no address */
    evidence->access = clab_access_of_instruction(evidence->instruction, evidence->instruction_size,
                                                  registers, evidence->address);
  registers->bad_call_target =
      (evidence->access == CLAB_ACCESS_EXECUTE &&
       evidence->address == registers->value[CLAB_REG_PC]) ||
      (evidence->signal == SIGSEGV && clab_is_no_address(registers->value[CLAB_REG_PC]));
  evidence->registers.bad_call_target = registers->bad_call_target;
  registers->after_trap =
      (info->si_signo == SIGTRAP && (info->si_code == SI_KERNEL || info->si_code == TRAP_BRKPT)) ||
      evidence->after_overflow_interrupt;
  evidence->registers.after_trap = registers->after_trap;
  evidence->program_counter = registers->value[CLAB_REG_PC];
  evidence->stack_pointer = registers->value[CLAB_REG_SP];
  evidence->frame_pointer = registers->value[CLAB_REG_FP];
}

/* The thread is asked for the memory itself: under the process's number nothing is told once its
   first thread has ended. */
static size_t read_thread(void *context, uint64_t address, void *buffer, size_t size) {
  struct iovec to = {buffer, size};
  struct iovec from = {(void *)address, size};
  ssize_t count = process_vm_readv(*(pid_t *)context, &to, 1, &from, 1, 0);
  return count > 0 ? (size_t)count : 0;
}

int clab_observer_look(pid_t thread, uint32_t unwinding, struct clab_evidence *evidence) {
  siginfo_t info;
  if (ptrace(PTRACE_GETSIGINFO, thread, NULL, &info))
    return errno;
  return clab_observer_look_as(thread, &info, unwinding, evidence);
}

int clab_observer_look_as(pid_t thread, const siginfo_t *info, uint32_t unwinding,
                          struct clab_evidence *evidence) {
  struct clab_registers registers;
  uint64_t caught_at = clab_now();
  int error = clab_registers_of_thread(thread, &registers);
  if (error)
    return error;
  clab_evidence_of_signal(evidence, thread, info, &registers, read_thread, &thread);
  evidence->caught_at = caught_at;
  clab_unwind_process(thread, &registers, unwinding, &evidence->trace);
  evidence->sent_at = clab_now();
  return 0;
}
