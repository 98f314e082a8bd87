/* The system call for which a seccomp filter kills a process. */
#include "architecture/dwarf.h"
#include "clab_observer.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <unistd.h>

/* The kernel takes the call back before it kills (kernel/seccomp.c, syscall_rollback): the number
   stands where a result would. A call that was interrupted has an error there. */
static int refused_call(pid_t thread, int *number) {
#if defined(__x86_64__)
  struct user_regs_struct user;
  int error = clab_general_registers(thread, &user);
  if (error)
    return error;
  if ((int)user.orig_rax < 0 || user.rax != user.orig_rax)
    return ESRCH;
  *number = (int)user.orig_rax;
  return 0;
#else
  (void)thread, (void)number;
  return ENOTSUP;
#endif
}

int clab_observer_look_at_refused_call(pid_t thread, struct clab_evidence *evidence) {
  struct __ptrace_syscall_info call;
  int number;
  int error = refused_call(thread, &number);
  if (error)
    return error;
  if (syscall(SYS_ptrace, PTRACE_GET_SYSCALL_INFO, thread, sizeof call, &call) < 0)
    return errno;
  siginfo_t info = {.si_signo = SIGSYS, .si_code = 1 /* SYS_SECCOMP */};
  info.si_call_addr = (void *)call.instruction_pointer;
  info.si_syscall = number;
  info.si_arch = call.arch;
  return clab_observer_look_as(thread, &info, CLAB_UNWIND_NONE, evidence);
}
