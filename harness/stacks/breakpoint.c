/* Stops before instructions, by the processor's debug registers: no byte of the program changes. */
#include "architecture/dwarf.h"
#include "clab_instruction.h"
#include "clab_stacks.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

static int set_debug_register(pid_t thread, size_t number, uint64_t value) {
  size_t place = offsetof(struct user, u_debugreg) + number * sizeof(long);
  return ptrace(PTRACE_POKEUSER, thread, (void *)place, (void *)value) ? errno : 0;
}

int clab_set_breakpoints(pid_t thread, const uint64_t places[CLAB_BREAKPOINTS]) {
  enum { CONTROL = 7 };
  uint64_t enabled = 0;
  for (size_t i = 0; i < CLAB_BREAKPOINTS; i++) {
    if (places[i] == 0)
      continue;
    int error = set_debug_register(thread, i, places[i]);
    if (error)
      return error;
    enabled |= (uint64_t)1 << 2 * i; /* execution of one byte: no further bit */
  }
  return set_debug_register(thread, CONTROL, enabled);
}

bool clab_is_at_breakpoint(pid_t thread, const uint64_t places[CLAB_BREAKPOINTS],
                           struct clab_at_breakpoint *at) {
  enum { HARDWARE_BREAKPOINT = 4 }; /* TRAP_HWBKPT */
  siginfo_t info;
  struct user_regs_struct user;
  if (ptrace(PTRACE_GETSIGINFO, thread, NULL, &info) || info.si_signo != SIGTRAP ||
      info.si_code != HARDWARE_BREAKPOINT || clab_general_registers(thread, &user))
    return false;
  for (uint32_t i = 0; i < CLAB_BREAKPOINTS; i++)
    if (places[i] && places[i] == user.rip) {
      *at = (struct clab_at_breakpoint){.number = i,
                                        .stack_pointer = user.rsp,
                                        .result = user.rax,
                                        .arguments = {user.rdi, user.rsi, user.rdx, user.r10}};
      return true;
    }
  return false;
}

int clab_after_system_call(pid_t thread, uint64_t function, uint64_t *place) {
  uint8_t code[128];
  struct iovec to = {code, sizeof code};
  struct iovec from = {(void *)function, sizeof code};
  ssize_t count = process_vm_readv(thread, &to, 1, &from, 1, 0);
  if (count <= 0)
    return count < 0 ? errno : EFAULT;
  clab_instruction_warm_up();
  struct clab_instruction instruction;
  for (size_t at = 0; at + 2 <= (size_t)count; at += instruction.length) {
    if (code[at] == 0x0f && code[at + 1] == 0x05) { /* syscall */
      *place = function + at + 2;
      return 0;
    }
    if (!clab_instruction_decode(code + at, (size_t)count - at, &instruction))
      break;
  }
  return ENOENT;
}

#else

int clab_set_breakpoints(pid_t thread, const uint64_t places[CLAB_BREAKPOINTS]) {
  (void)thread, (void)places;
  return ENOSYS;
}

bool clab_is_at_breakpoint(pid_t thread, const uint64_t places[CLAB_BREAKPOINTS],
                           struct clab_at_breakpoint *at) {
  (void)thread, (void)places, (void)at;
  return false;
}

int clab_after_system_call(pid_t thread, uint64_t function, uint64_t *place) {
  (void)thread, (void)function, (void)place;
  return ENOSYS;
}

#endif
