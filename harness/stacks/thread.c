/* A new thread's stack, as far as its registers and the arguments of clone3(2) tell. */
#include "architecture/call.h"
#include "architecture/dwarf.h"
#include "clab_stacks.h"

#include <errno.h>
#include <linux/sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

static uint64_t arguments_of_clone3(const struct user_regs_struct *user) {
  return user->orig_rax == SYS_clone3 ? user->rdi : 0;
}

static void take(const struct user_regs_struct *user, struct clab_new_thread *told) {
  told->stack_pointer = user->rsp;
  told->thread_pointer = user->fs_base;
}

#elif defined(__aarch64__)

/* The first argument's register holds the result by now. */
static uint64_t arguments_of_clone3(const struct user_regs_struct *user) {
  (void)user;
  return 0;
}

static void take(const struct user_regs_struct *user, struct clab_new_thread *told) {
  told->stack_pointer = user->sp;
}

#endif

int clab_look_at_new_thread(pid_t thread, struct clab_new_thread *told) {
  struct user_regs_struct user;
  int error = clab_general_registers(thread, &user);
  *told = (struct clab_new_thread){0};
  if (error)
    return error;
  take(&user, told);
  uint64_t at = arguments_of_clone3(&user);
  struct clone_args arguments = {0};
  struct iovec to = {&arguments, sizeof arguments};
  struct iovec from = {(void *)at, offsetof(struct clone_args, tls) + sizeof arguments.tls};
  if (at && process_vm_readv(thread, &to, 1, &from, 1, 0) == (ssize_t)from.iov_len) {
    told->stack_low = arguments.stack;
    told->stack_size = arguments.stack_size;
  }
  return 0;
}

bool clab_call_ends_before(pid_t thread, uint64_t address) {
  uint8_t code[CLAB_LONGEST_CALL];
  struct iovec to = {code, sizeof code};
  struct iovec from = {(void *)(address - sizeof code), sizeof code};
  return address > sizeof code &&
         process_vm_readv(thread, &to, 1, &from, 1, 0) == (ssize_t)sizeof code &&
         clab_call_ends_at(code + sizeof code);
}
