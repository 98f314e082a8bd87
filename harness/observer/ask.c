/*
 * What only the thread itself is told: its alternate stack, and how a signal's action was set up. A
 * thread that is about to die makes the system calls for the observer, and then stands again where
 * it stood, with its registers, its mask and its signal as they were.
 */
#include "architecture/dwarf.h"
#include "clab_observer.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, VDSO_BYTES = 2 * PAGE, MASK_BYTES = 8, GET_USER_DISPATCH = 0x4210 };

/* The kernel's struct sigaction (arch/x86/include/asm/signal.h): glibc's differs. */
struct kernel_action {
  uint64_t handler, flags, restorer, mask;
};

#if defined(__x86_64__)

static const uint8_t call_instruction[] = {0x0f, 0x05}; /* syscall */
enum { CALL_ALIGNMENT = 1 };

/* Async-signal-safe: yes */
static void set_call(struct user_regs_struct *user, uint64_t at, long number,
                     const uint64_t values[6]) {
  user->rip = at;
  user->rax = (unsigned long)number;
  user->orig_rax = (unsigned long)-1;
  user->rdi = values[0], user->rsi = values[1], user->rdx = values[2];
  user->r10 = values[3], user->r8 = values[4], user->r9 = values[5];
}

/* Async-signal-safe: yes */
static long call_result(const struct user_regs_struct *user) { return (long)user->rax; }

#elif defined(__aarch64__)

static const uint8_t call_instruction[] = {0x01, 0x00, 0x00, 0xd4}; /* svc #0 */
enum { CALL_ALIGNMENT = 4 };

/* Async-signal-safe: yes */
static void set_call(struct user_regs_struct *user, uint64_t at, long number,
                     const uint64_t values[6]) {
  user->pc = at;
  user->regs[8] = (unsigned long)number;
  for (int i = 0; i < 6; i++)
    user->regs[i] = values[i];
}

/* Async-signal-safe: yes */
static long call_result(const struct user_regs_struct *user) { return (long)user->regs[0]; }

#endif

/* Async-signal-safe: yes */
static int set_registers(pid_t thread, struct user_regs_struct *user) {
  struct iovec bytes = {user, sizeof *user};
  return ptrace(PTRACE_SETREGSET, thread, (void *)NT_PRSTATUS, &bytes) ? errno : 0;
}

/* Async-signal-safe: yes */
static bool read_memory(pid_t thread, uint64_t address, void *buffer, size_t size) {
  struct iovec to = {buffer, size};
  struct iovec from = {(void *)address, size};
  return process_vm_readv(thread, &to, 1, &from, 1, 0) == (ssize_t)size;
}

/* Where the kernel's own image lies in the process (getauxval(3), AT_SYSINFO_EHDR); 0: nowhere.
   Async-signal-safe: no */
static uint64_t vdso_of(pid_t thread) {
  char path[40];
  uint64_t pairs[128] = {0};
  snprintf(path, sizeof path, "/proc/%d/auxv", thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  ssize_t size = read(file, pairs, sizeof pairs);
  close(file);
  for (ssize_t i = 0; (i + 2) * 8 <= size; i += 2)
    if (pairs[i] == AT_SYSINFO_EHDR)
      return pairs[i + 1];
  return 0;
}

/* An instruction in the process that makes a system call; 0: none was found.
   Async-signal-safe: no */
static uint64_t find_call(pid_t thread) {
  uint8_t bytes[VDSO_BYTES];
  uint64_t image = vdso_of(thread);
  size_t size = sizeof bytes;
  if (!image)
    return 0;
  if (!read_memory(thread, image, bytes, size)) {
    size = PAGE;
    if (!read_memory(thread, image, bytes, size))
      return 0;
  }
  for (size_t i = 0; i + sizeof call_instruction <= size; i += CALL_ALIGNMENT)
    if (memcmp(bytes + i, call_instruction, sizeof call_instruction) == 0)
      return image + i;
  return 0;
}

/* Waits until the thread stands with this signal and no event. Its end is left for
   clab_observer_wait. Async-signal-safe: yes */
static bool stands_with(pid_t thread, int signal) {
  siginfo_t info = {0};
  int status = 0;
  while (waitid(P_PID, (id_t)thread, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL))
    if (errno != EINTR)
      return false;
  if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
    return false;
  return waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status) && status >> 16 == 0 &&
         WSTOPSIG(status) == signal;
}

struct caller {
  pid_t thread;
  uint64_t at; /* the instruction */
  struct user_regs_struct before;
};

/* Lets the thread make one system call. False if something came in between.
   Async-signal-safe: yes */
static bool call(const struct caller *caller, long number, const uint64_t values[6], long *result) {
  struct user_regs_struct user = caller->before;
  set_call(&user, caller->at, number, values);
  if (set_registers(caller->thread, &user))
    return false;
  for (int stop = 0; stop < 2; stop++) /* at its entry and at its exit */
    if (ptrace(PTRACE_SYSCALL, caller->thread, NULL, NULL) || !stands_with(caller->thread, SIGTRAP))
      return false;
  if (clab_general_registers(caller->thread, &user))
    return false;
  *result = call_result(&user);
  return true;
}

/* Async-signal-safe: yes */
static bool ask(const struct caller *caller, int signal, struct clab_signal_setup *setup) {
  long page = 0, done[3];
  if (!call(caller, SYS_mmap,
            (uint64_t[6]){0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                          (uint64_t)-1, 0},
            &page) ||
      (page < 0 && page >= -4095))
    return false;
  uint64_t at = (uint64_t)page;
  stack_t stack;
  struct kernel_action action;
  bool told = call(caller, SYS_sigaltstack, (uint64_t[6]){0, at}, &done[0]) &&
              call(caller, SYS_rt_sigaction,
                   (uint64_t[6]){(uint64_t)signal, 0, at + 256, MASK_BYTES}, &done[1]) &&
              done[0] == 0 && done[1] == 0 &&
              read_memory(caller->thread, at, &stack, sizeof stack) &&
              read_memory(caller->thread, at + 256, &action, sizeof action);
  if (!call(caller, SYS_munmap, (uint64_t[6]){at, PAGE}, &done[2]) || !told)
    return false;
  setup->has_alternate_stack = !(stack.ss_flags & SS_DISABLE);
  setup->alternate_low = (uint64_t)stack.ss_sp;
  setup->alternate_size = stack.ss_size;
  setup->action_flags = action.flags;
  setup->action_mask = action.mask;
  setup->action_was_set = action.handler || action.flags || action.restorer;
  return true;
}

/* Syscall User Dispatch would make a signal of the call. Kernels before 6.4 do not tell.
   Async-signal-safe: yes */
static bool dispatches_calls(pid_t thread) {
  uint64_t settings[4] = {0};
  return ptrace((enum __ptrace_request)GET_USER_DISPATCH, thread, (void *)sizeof settings,
                settings) == 0 &&
         settings[0];
}

int clab_observer_ask(pid_t thread, int signal, struct clab_signal_setup *setup) {
  struct caller caller = {.thread = thread};
  siginfo_t info;
  uint64_t mask, all = ~UINT64_C(0);
  memset(setup, 0, sizeof *setup);
  caller.at = find_call(thread);
  if (!caller.at || dispatches_calls(thread))
    return ENOSYS;
  int error = clab_general_registers(thread, &caller.before);
  if (error)
    return error;
  if (ptrace(PTRACE_GETSIGINFO, thread, NULL, &info) ||
      ptrace(PTRACE_GETSIGMASK, thread, (void *)MASK_BYTES, &mask) ||
      ptrace(PTRACE_SETSIGMASK, thread, (void *)MASK_BYTES, &all))
    return errno;
  bool told = ask(&caller, signal, setup);
  error = set_registers(thread, &caller.before);
  if (ptrace(PTRACE_SETSIGMASK, thread, (void *)MASK_BYTES, &mask) && !error)
    error = errno;
  if (error)
    return error;
  /* From the exit of a call the signal is raised anew. */
  if (ptrace(PTRACE_CONT, thread, NULL, (long)info.si_signo))
    return errno;
  if (!stands_with(thread, info.si_signo))
    return EINTR;
  if (ptrace(PTRACE_SETSIGINFO, thread, NULL, &info))
    return errno;
  return told ? 0 : EAGAIN;
}
