/* The system calls that the reader of a crash may still make (seccomp(2)). */
#include "clab_catch.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum {
  MOST = 512,
  MAKES_FILE = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY),
  /* CLONE_NEWNS, and those of the other namespaces. */
  MAKES_NAMESPACE = 0x7e020000,
};

static const int permitted[] = {
    /* Reading, and answering through what is open already. */
    __NR_read,
    __NR_pread64,
    __NR_readv,
    __NR_preadv,
    __NR_lseek,
    __NR_write,
    __NR_writev,
    __NR_close,
    __NR_close_range,
    __NR_dup,
    __NR_dup3,
    __NR_fcntl,
    __NR_fstat,
    __NR_newfstatat,
    __NR_statx,
    __NR_faccessat,
    __NR_faccessat2,
    __NR_readlinkat,
    __NR_getdents64,
    __NR_getcwd,
    __NR_ppoll,
    __NR_pselect6,
    __NR_recvmsg,
    __NR_recvfrom,
    __NR_sendmsg,
    __NR_sendto,
    __NR_pipe2,
    /* Memory of its own. */
    __NR_brk,
    __NR_munmap,
    __NR_mremap,
    __NR_madvise,
    /* Processes and threads of its own. */
    __NR_wait4,
    __NR_waitid,
    __NR_exit,
    __NR_exit_group,
    __NR_getpid,
    __NR_getppid,
    __NR_gettid,
    __NR_getuid,
    __NR_geteuid,
    __NR_getgid,
    __NR_getegid,
    __NR_setpgid,
    __NR_tgkill,
    __NR_rt_sigaction,
    __NR_rt_sigprocmask,
    __NR_rt_sigreturn,
    __NR_sigaltstack,
    __NR_restart_syscall,
    __NR_futex,
    __NR_set_robust_list,
    __NR_get_robust_list,
    __NR_rseq,
    __NR_set_tid_address,
    __NR_sched_yield,
    __NR_sched_getaffinity,
    __NR_membarrier,
    __NR_getrusage,
    __NR_sysinfo,
    __NR_uname,
    __NR_getrandom,
    __NR_clock_gettime,
    __NR_clock_getres,
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_gettimeofday,
    __NR_times,
    __NR_getrlimit,
    __NR_setrlimit,
#if defined(__x86_64__)
    __NR_stat,
    __NR_lstat,
    __NR_access,
    __NR_readlink,
    __NR_dup2,
    __NR_poll,
    __NR_select,
    __NR_pipe,
    __NR_fork,
    __NR_getpgrp,
    __NR_time,
    __NR_arch_prctl,
#endif
};

/* A call that is permitted if the bits of one of its arguments are these. */
struct rule {
  int call;
  unsigned argument;
  unsigned mask;
  unsigned value;
};

static const struct rule rules[] = {
    {__NR_openat, 2, MAKES_FILE, O_RDONLY},
#if defined(__x86_64__)
    {__NR_open, 1, MAKES_FILE, O_RDONLY},
#endif
    {__NR_mmap, 2, PROT_EXEC, 0},
    {__NR_mprotect, 2, PROT_EXEC, 0},
    {__NR_clone, 0, MAKES_NAMESPACE, 0},
    {__NR_kill, 1, ~0U, SIGKILL},
    {__NR_socketpair, 0, ~0U, AF_UNIX},
    {__NR_prlimit64, 0, ~0U, 0},

    {__NR_prctl, 0, ~0U, PR_SET_PDEATHSIG},
    {__NR_prctl, 0, ~0U, PR_SET_NAME},
    /* PAGEMAP_SCAN: _IOWR(f, 16, struct pm_scan_arg). */
    {__NR_ioctl, 1, ~0U, 0xc0606610},
    {__NR_ioctl, 1, ~0U, TCGETS},
};

static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

/* Appends; what does not fit makes the whole useless, which clab_catch_filter_calls tells. */
static unsigned add(struct sock_filter *program, unsigned size, struct sock_filter statement) {
  if (size < MOST)
    program[size] = statement;
  return size + 1;
}

static unsigned load(struct sock_filter *program, unsigned size, unsigned offset) {
  return add(program, size, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static unsigned skip_unless(struct sock_filter *program, unsigned size, unsigned value,
                            unsigned char count) {
  return add(program, size,
             (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
}

static unsigned add_rule(struct sock_filter *program, unsigned size, const struct rule *rule) {
  enum { REST = 5 };
  const unsigned argument = offsetof(struct seccomp_data, args) + 8 * rule->argument;
  size = load(program, size, offsetof(struct seccomp_data, nr));
  size = skip_unless(program, size, (unsigned)rule->call, REST - 1);
  size = load(program, size, argument);
  size = add(program, size, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask));
  size = skip_unless(program, size, rule->value, 1);
  return add(program, size, allow);
}

int clab_catch_filter_calls(void) {
  static struct sock_filter program[MOST];
  unsigned size = load(program, 0, offsetof(struct seccomp_data, arch));
  size = add(program, size,
             (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
  size = add(program, size, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL));
  size = load(program, size, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < sizeof permitted / sizeof *permitted; i++) {
    size = skip_unless(program, size, (unsigned)permitted[i], 1);
    size = add(program, size, allow);
  }
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    size = add_rule(program, size, &rules[i]);
  /* The C library then forks by clone, whose arguments can be looked at. */
  size = load(program, size, offsetof(struct seccomp_data, nr));
  size = skip_unless(program, size, __NR_clone3, 1);
  size =
      add(program, size, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  size =
      add(program, size, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  if (size > MOST)
    return E2BIG;
  struct sock_fprog filter = {.len = (unsigned short)size, .filter = program};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) ? errno : 0;
}
