/* The evidence of a thread that stands at a signal, taken from outside. */
#include "architecture/dwarf.h"
#include "clab_observer.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

static enum clab_access access_of(const siginfo_t *info, const struct clab_registers *registers,
                                  const uint8_t *code, size_t size) {
  /* SI_KERNEL: the kernel knew no address. */
  if ((info->si_signo != SIGSEGV && info->si_signo != SIGBUS) || info->si_code <= 0 ||
      info->si_code == SI_KERNEL)
    return CLAB_ACCESS_UNKNOWN;
  return clab_access_of_instruction(code, size, registers, (uint64_t)info->si_addr);
}

void clab_evidence_of_signal(struct clab_evidence *evidence, pid_t thread, const siginfo_t *info,
                             struct clab_registers *registers, const uint8_t *code, size_t size) {
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
  evidence->access = access_of(info, registers, code, size);
  registers->unfetched =
      evidence->access == CLAB_ACCESS_EXECUTE && evidence->address == registers->value[CLAB_REG_PC];
  evidence->program_counter = registers->value[CLAB_REG_PC];
  evidence->stack_pointer = registers->value[CLAB_REG_SP];
  evidence->frame_pointer = registers->value[CLAB_REG_FP];
}

int clab_observer_look(pid_t thread, uint32_t unwinding, struct clab_evidence *evidence) {
  siginfo_t info;
  struct clab_registers registers;
  uint64_t caught_at = clab_now();
  if (ptrace(PTRACE_GETSIGINFO, thread, NULL, &info))
    return errno;
  int error = clab_registers_of_thread(thread, &registers);
  if (error)
    return error;
  /* The thread is asked for the memory itself: under the process's number nothing is told once its
     first thread has ended. */
  uint8_t code[CLAB_LONGEST_INSTRUCTION];
  struct iovec to = {code, sizeof code};
  struct iovec from = {(void *)registers.value[CLAB_REG_PC], sizeof code};
  ssize_t size = process_vm_readv(thread, &to, 1, &from, 1, 0);
  clab_evidence_of_signal(evidence, thread, &info, &registers, code, size > 0 ? (size_t)size : 0);
  evidence->caught_at = caught_at;
  clab_unwind_process(thread, &registers, unwinding, &evidence->trace);
  evidence->sent_at = clab_now();
  return 0;
}
