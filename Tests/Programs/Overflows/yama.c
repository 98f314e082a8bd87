/*
 * Runs a program as Yama does with kernel.yama.ptrace_scope of 1, on kernels without it:
 *
 *     yama MILLISECONDS PROGRAM ARGUMENTS
 *
 * A process is traced by nobody but the one that it has named (PR_SET_PTRACER), and naming takes so
 * long; below 0: for ever, nothing is permitted. A filter of system calls asks this process. At the
 * end it says how often a tracer was named and how often one was denied; its status is the
 * program's.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define RESULT(value) BPF_STMT(BPF_RET | BPF_K, value)

static int filter(void) {
  struct sock_filter code[] = {
      FIELD(nr),
      IS(SYS_prctl, 0, 2),
      FIELD(args[0]),
      IS(PR_SET_PTRACER, 4, 3),
      IS(SYS_ptrace, 0, 2),
      FIELD(args[0]),
      IS(PTRACE_SEIZE, 1, 0),
      RESULT(SECCOMP_RET_ALLOW),
      RESULT(SECCOMP_RET_USER_NOTIF),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (geteuid() != 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                      &program);
}

union control {
  struct cmsghdr head;
  char bytes[CMSG_SPACE(sizeof(int))];
};

static struct msghdr message(union control *control) {
  static char byte;
  static struct iovec part = {&byte, 1};
  return (struct msghdr){.msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = control->bytes,
                         .msg_controllen = sizeof control->bytes};
}

static void give(int way, int descriptor) {
  union control control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
  struct msghdr header = message(&control);
  memcpy(CMSG_DATA(&control.head), &descriptor, sizeof descriptor);
  sendmsg(way, &header, 0);
}

static int take(int way) {
  union control control = {0};
  struct msghdr header = message(&control);
  int descriptor = -1;
  if (recvmsg(way, &header, 0) > 0)
    memcpy(&descriptor, CMSG_DATA(&control.head), sizeof descriptor);
  return descriptor;
}

static int process_of(int thread) {
  char path[64], line[256];
  int process = 0;
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file) && !sscanf(line, "Tgid: %d", &process))
    ;
  if (file)
    fclose(file);
  return process;
}

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int main(int count, char **arguments) {
  int way[2], status = 0, named = 0, denied = 0, traced = 0, tracer = 0;
  if (count < 3 || socketpair(AF_UNIX, SOCK_STREAM, 0, way))
    return 2;
  long delay = atol(arguments[1]);
  pid_t child = fork();
  if (child == 0) {
    int listener = filter();
    give(way[1], listener);
    close(listener);
    close(way[0]);
    close(way[1]);
    if (listener >= 0)
      execvp(arguments[2], arguments + 2);
    _exit(127);
  }
  int listener = take(way[0]);
  struct seccomp_notif naming = {0};
  long since = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    struct pollfd waiting = {listener, POLLIN, 0};
    struct seccomp_notif asked = {0};
    struct seccomp_notif_resp answer = {0};
    if (naming.id && now() - since >= delay) {
      traced = process_of((int)naming.pid);
      tracer = delay < 0 ? 0 : (int)naming.data.args[1];
      answer.id = naming.id;
      ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
      naming.id = 0;
      named++;
    }
    if (poll(&waiting, 1, 5) <= 0 || !(waiting.revents & POLLIN) ||
        ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
      continue;
    if (asked.data.nr == SYS_prctl) {
      naming = asked;
      since = now();
      continue;
    }
    answer.id = asked.id;
    if (tracer && process_of((int)asked.pid) == tracer &&
        process_of((int)asked.data.args[1]) == traced) {
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    } else {
      answer.error = -EPERM;
      denied++;
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
  printf("named %d, denied %d\n", named, denied);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
