/*
 * Runs a program on a machine that refuses it something, from outside and at a chosen moment:
 *
 *     hostile-machine [CONDITION...] -- PROGRAM ARGUMENTS
 *
 *     --fail CALL ERRNO K    the K-th such call fails with this errno; 0: every one
 *     --limit NAME N         nofile, nproc, data, stack or sigpending: a resource limit; or
 * unlimited
 *     --closed N             a standard descriptor that is closed
 *     --nobody               as a user without privileges
 *     --without-proc         nothing in /proc
 *     --full FOLDER          a file system of 16 KiB on this folder
 *     --read-only FOLDER     nothing can be written into this folder
 *
 * The program has process identifiers of its own: a kill that has gone astray reaches nobody else.
 * It counts calls from the program's first sigaction of SIGXFSZ on, which crashlab's main begins
 * with: what the loader does before is not the program's affair. The calls of all its descendants
 * count. When all are gone it says on standard error how many calls it has refused. Exit status:
 * the program's; 125 if the condition can't be made here; 124 if it has left processes behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT = 125, LEFT_BEHIND = 124, PATIENCE = 30000 /* milliseconds */ };

/* Which calls are meant: those whose argument, masked, has this value. */
static const struct call {
  const char *name;
  int number;
  int argument;
  uint32_t mask;
  uint32_t value;
} calls[] = {
    {"memfd_create", SYS_memfd_create, 0, 0, 0},
    {"mmap-stack", SYS_mmap, 3, MAP_STACK, MAP_STACK},
    {"mmap-shared", SYS_mmap, 3, MAP_TYPE, MAP_SHARED},
    {"mprotect-none", SYS_mprotect, 2, ~0u, PROT_NONE},
    {"madvise", SYS_madvise, 0, 0, 0},
    {"madvise-guard", SYS_madvise, 2, ~0u, 102 /* MADV_GUARD_INSTALL */},
    {"sigaltstack", SYS_sigaltstack, 0, 0, 0},
    {"fork", SYS_clone, 0, CLONE_VM, 0},
    {"thread", SYS_clone3, 0, 0, 0},
    {"execve", SYS_execve, 0, 0, 0},
    {"socketpair", SYS_socketpair, 0, 0, 0},
    {"pidfd_open", SYS_pidfd_open, 0, 0, 0},
    {"signalfd", SYS_signalfd4, 0, 0, 0},
    {"pipe", SYS_pipe2, 0, 0, 0},
    {"openat", SYS_openat, 0, 0, 0},
    {"dup", SYS_dup3, 0, 0, 0},
    {"fcntl-dup", SYS_fcntl, 1, ~0u, F_DUPFD_CLOEXEC},
    {"seal", SYS_fcntl, 1, ~0u, F_ADD_SEALS},
    {"ftruncate", SYS_ftruncate, 0, 0, 0},
#ifdef SYS_mkdir
    {"mkdir", SYS_mkdir, 0, 0, 0},
    {"rename", SYS_renameat, 0, 0, 0},
    {"poll", SYS_poll, 0, 0, 0},
#endif
    {"ptrace", SYS_ptrace, 0, 0, 0},
    {"process_vm_readv", SYS_process_vm_readv, 0, 0, 0},
    {"waitid", SYS_waitid, 0, 0, 0},
    {"prlimit", SYS_prlimit64, 0, 0, 0},
    {"prctl", SYS_prctl, 0, 0, 0},
    {"setpgid", SYS_setpgid, 0, 0, 0},
    {"setsid", SYS_setsid, 0, 0, 0},
};

static const struct call *refused;
static int refused_error;
static unsigned long refused_number;
static unsigned closed; /* a bit for each descriptor */

static _Noreturn void cannot(const char *what) {
  fprintf(stderr, "hostile-machine: %s: %s\n", what, strerror(errno));
  exit(CANNOT);
}

static int install_filter(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigaction, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGXFSZ, 5, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused->number, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
               (uint32_t)offsetof(struct seccomp_data, args) + 8 * (uint32_t)refused->argument),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, refused->mask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused->value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                      &program);
}

static void pass_descriptor(int channel, int descriptor) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = {{0}};
  struct iovec part = {.iov_base = "", .iov_len = 1};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  if (sendmsg(channel, &message, 0) != 1)
    cannot("sendmsg");
}

/* -1 if the other side has ended without passing one. */
static int take_descriptor(int channel) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  char byte;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  int descriptor = -1;
  if (recvmsg(channel, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  return descriptor;
}

/* Answers every call until nobody is left who could make one. Returns how many were refused, or -1
   if somebody stays. */
static long answer(int listener) {
  struct seccomp_notif request;
  struct seccomp_notif_resp response;
  unsigned long seen = 0;
  long refusals = 0;
  bool has_begun = false;
  struct pollfd waited = {.fd = listener, .events = POLLIN};
  for (;;) {
    int ready = poll(&waited, 1, PATIENCE);
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return -1;
    if (!(waited.revents & POLLIN))
      return refusals;
    memset(&request, 0, sizeof request);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request))
      continue; /* it was killed in the meantime */
    memset(&response, 0, sizeof response);
    response.id = request.id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (request.data.nr == SYS_rt_sigaction) {
      has_begun = true;
    } else if (has_begun && (++seen == refused_number || refused_number == 0)) {
      response.flags = 0;
      response.error = -refused_error;
      refusals++;
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
}

static void limit(const char *name, const char *value) {
  static const struct {
    const char *name;
    int resource;
  } limits[] = {{"nofile", RLIMIT_NOFILE},
                {"nproc", RLIMIT_NPROC},
                {"data", RLIMIT_DATA},
                {"stack", RLIMIT_STACK},
                {"sigpending", RLIMIT_SIGPENDING}};
  rlim_t most = strcmp(value, "unlimited") == 0 ? RLIM_INFINITY : strtoull(value, NULL, 10);
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
    if (strcmp(limits[i].name, name) == 0) {
      if (setrlimit(limits[i].resource, &(struct rlimit){most, most}))
        cannot("setrlimit");
      return;
    }
  errno = EINVAL;
  cannot(name);
}

static void mount_over(const char *folder, const char *options) {
  if (mount("none", folder, "tmpfs", 0, options))
    cannot(folder);
}

static void make_read_only(const char *folder) {
  if (mount(folder, folder, NULL, MS_BIND, NULL) ||
      mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
    cannot(folder);
}

static void choose_call(const char *name, const char *error, const char *number) {
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    if (strcmp(calls[i].name, name) == 0)
      refused = &calls[i];
  for (int code = 1; code < 133; code++)
    if (strerrorname_np(code) && strcmp(strerrorname_np(code), error) == 0)
      refused_error = code;
  refused_number = strtoul(number, NULL, 10);
  errno = EINVAL;
  if (!refused || !refused_error)
    cannot(name);
}

/* What is asked for by the options; returns the program. */
static char **set_up(int count, char **arguments) {
  int i = 1;
  for (; i < count && strcmp(arguments[i], "--") != 0; i++) {
    const char *option = arguments[i];
    if (strcmp(option, "--fail") == 0 && i + 3 < count) {
      i += 3; /* main has looked at it */
    } else if (strcmp(option, "--limit") == 0 && i + 2 < count) {
      limit(arguments[i + 1], arguments[i + 2]);
      i += 2;
    } else if (strcmp(option, "--closed") == 0 && i + 1 < count) {
      closed |= 1u << strtoul(arguments[++i], NULL, 10);
    } else if (strcmp(option, "--nobody") == 0) {
      if (setgid(65534) || setuid(65534))
        cannot("setuid");
    } else if (strcmp(option, "--without-proc") == 0) {
      mount_over("/proc", "size=4096");
    } else if (strcmp(option, "--full") == 0 && i + 1 < count) {
      mount_over(arguments[++i], "size=16384");
    } else if (strcmp(option, "--read-only") == 0 && i + 1 < count) {
      make_read_only(arguments[++i]);
    } else {
      errno = EINVAL;
      cannot(option);
    }
  }
  errno = EINVAL;
  if (i + 1 >= count)
    cannot("no program");
  return arguments + i + 1;
}

static _Noreturn void run(int count, char **arguments, int channel) {
  char **program = set_up(count, arguments);
  if (refused) {
    int listener = install_filter();
    if (listener < 0)
      cannot("seccomp");
    pass_descriptor(channel, listener);
    close(listener);
  }
  for (int i = 0; i <= STDERR_FILENO; i++)
    if (closed & 1u << i)
      close(i);
  execv(*program, program);
  cannot(*program);
}

static int exit_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The first process of the namespace: whatever is left behind becomes its child. */
static _Noreturn void lead(int count, char **arguments, int channel) {
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
      mount("proc", "/proc", "proc", 0, NULL))
    cannot("mount");
  pid_t program = fork();
  if (program < 0)
    cannot("fork");
  if (program == 0)
    run(count, arguments, channel);
  close(channel);
  int status = 0, result = 0;
  while (waitpid(program, &status, 0) < 0 && errno == EINTR) {
  }
  result = exit_status(status);
  for (int i = 0; i < PATIENCE; i++) {
    pid_t gone = waitpid(-1, &status, WNOHANG);
    if (gone < 0)
      exit(result);
    if (gone == 0)
      usleep(1000);
  }
  exit(LEFT_BEHIND);
}

int main(int count, char **arguments) {
  for (int i = 1; i + 3 < count && strcmp(arguments[i], "--") != 0; i++)
    if (strcmp(arguments[i], "--fail") == 0)
      choose_call(arguments[i + 1], arguments[i + 2], arguments[i + 3]);
  int channel[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel))
    cannot("socketpair");
  if (unshare(CLONE_NEWPID | CLONE_NEWNS))
    cannot("a namespace of its own");
  pid_t leader = fork();
  if (leader < 0)
    cannot("fork");
  if (leader == 0) {
    close(channel[0]);
    lead(count, arguments, channel[1]);
  }
  close(channel[1]);
  int listener = take_descriptor(channel[0]);
  long refusals = listener < 0 ? 0 : answer(listener);
  if (refusals < 0)
    kill(leader, SIGKILL);
  int status;
  while (waitpid(leader, &status, 0) < 0 && errno == EINTR) {
  }
  fprintf(stderr, "hostile-machine: refused %ld\n", refusals);
  return refusals < 0 ? LEFT_BEHIND : exit_status(status);
}
