/* Faults and signals of which the kernel or the processor tells something else than usual. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline)) static void by_timer(void) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGABRT};
  struct itimerspec soon = {.it_value.tv_nsec = 1000000};
  timer_t timer;
  timer_create(CLOCK_MONOTONIC, &event, &timer);
  timer_settime(timer, 0, &soon, 0);
  pause();
}

__attribute__((noinline)) static void by_descriptor(void) {
  int ends[2];
  pipe(ends);
  fcntl(ends[0], F_SETFL, O_ASYNC);
  fcntl(ends[0], F_SETSIG, SIGSEGV);
  fcntl(ends[0], F_SETOWN, getpid());
  write(ends[1], "x", 1);
  pause();
}

__attribute__((noinline)) static void by_file_size(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_FSIZE, &none);
  int file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
  write(file, "x", 1);
}

/* The breakpoint is the last instruction: behind it lies another function. */
void check_failed(void);
__asm__(".text\n.type check_failed, @function\ncheck_failed:\n.cfi_startproc\nint3\n.cfi_endproc\n"
        ".size check_failed, .-check_failed\n"
        ".type innocent, @function\ninnocent:\n.cfi_startproc\nret\n.cfi_endproc\n"
        ".size innocent, .-innocent\n");

__attribute__((noinline)) static void misaligned(void) {
  static char bytes[16] __attribute__((aligned(16)));
  /* The flag AC of the processor. */
  __asm__ volatile("pushf\norl $0x40000, (%%rsp)\npopf\nmovl 1(%0), %%eax\n" ::"r"(bytes) : "rax");
}

/* Takes up a stack that was unmapped. */
__attribute__((noinline)) static void resume(void *stack) {
  __asm__ volatile("mov %0, %%rsp\nret" ::"r"(stack));
}

static void *resume_unmapped(void *unused) {
  size_t size = 64 << 10;
  char *stack = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(stack, size);
  resume(stack + size - 64);
  return unused;
}

/* Returns into a page that has gone meanwhile. */
__attribute__((noinline)) static void unload(void *page) {
  munmap(page, 4096);
  /* The word of the return address stays as it was. */
}

static void return_to_unloaded(void) {
  static const unsigned char call[] = {0xff, 0xd6, 0xc3}; /* call *%rsi; ret */
  unsigned char *page =
      mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(page, call, sizeof call);
  ((void (*)(void *, void (*)(void *)))(void *)page)(page, unload);
}

static void behind_the_file(void) {
  int file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
  ftruncate(file, 4096);
  volatile char *bytes = mmap(0, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  bytes[8192] = 1;
}

__attribute__((noinline)) static int descend(volatile int depth) {
  volatile char frame[200];
  frame[0] = (char)depth;
  return descend(depth + 1) + frame[0];
}

static void *overflow(void *unused) {
  descend(0);
  return unused;
}

static void in_thread(size_t limit, size_t size, void *(*body)(void *)) {
  pthread_attr_t attributes;
  pthread_t thread;
  struct rlimit of_stack = {limit, RLIM_INFINITY};
  if (limit)
    setrlimit(RLIMIT_STACK, &of_stack);
  pthread_attr_init(&attributes);
  if (size)
    pthread_attr_setstacksize(&attributes, size);
  pthread_create(&thread, &attributes, body, 0);
  pthread_join(thread, 0);
}

/* From now on getppid has this answer of a filter. */
static void forbid(unsigned answer) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, answer),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

__attribute__((noinline)) static void *refused(void *unused) {
  syscall(SYS_getppid);
  return unused;
}

/* struct sigaction as the kernel has it. */
struct kernel_action {
  void *handler;
  unsigned long flags;
  void *restorer;
  unsigned long mask;
};

static void on_fault(int number) { (void)number; }

__attribute__((noinline)) static void fault(void) { *(volatile int *)8 = 7; }

/* A fault whose handler, or what ends it, is not what it ought to be. */
static void handled(void *handler, void *restorer, unsigned long flags) {
  struct kernel_action action = {0}, good;
  signal(SIGSEGV, on_fault);
  syscall(SYS_rt_sigaction, SIGSEGV, 0, &good, 8);
  action.handler = handler;
  action.restorer = restorer ? restorer : good.restorer;
  action.flags = flags;
  syscall(SYS_rt_sigaction, SIGSEGV, &action, 0, 8);
  fault();
}

static void *nothing(void) {
  void *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page, 4096);
  return page;
}

/* One place is read and written. */
__attribute__((noinline)) static void move_twice(void *page) {
  __asm__ volatile("movsb" ::"S"(page), "D"(page) : "memory");
}

static int is(const char *wanted, const char *given) { return strcmp(wanted, given) == 0; }

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  if (is("timer", what))
    by_timer();
  else if (is("descriptor", what))
    by_descriptor();
  else if (is("file-size", what))
    by_file_size();
  else if (is("breakpoint", what))
    check_failed();
  else if (is("misaligned", what))
    misaligned();
  else if (is("resume", what))
    resume_unmapped(0);
  else if (is("resume-in-thread", what))
    in_thread(0, 0, resume_unmapped);
  else if (is("unloaded", what))
    return_to_unloaded();
  else if (is("behind-the-file", what))
    behind_the_file();
  else if (is("move-twice", what))
    move_twice(nothing());
  else if (is("move-twice-where-it-may-read", what))
    move_twice(mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  else if (is("filter-traps", what)) {
    forbid(SECCOMP_RET_TRAP);
    refused(0);
  } else if (is("filter-kills", what)) {
    forbid(SECCOMP_RET_KILL_PROCESS);
    refused(0);
  } else if (is("filter-kills-a-thread", what)) {
    forbid(SECCOMP_RET_KILL_PROCESS);
    in_thread(0, 0, refused);
  } else if (is("filter-kills-only-a-thread", what)) {
    forbid(SECCOMP_RET_KILL_THREAD);
    in_thread(0, 0, refused);
  } else if (is("no-handler-code", what))
    handled(nothing(), 0, 0x04000000);
  else if (is("handler-at-no-address", what))
    handled((void *)0x4141414141414141, 0, 0x04000000);
  else if (is("no-restorer-code", what))
    handled(on_fault, nothing(), 0x04000000);
  else if (is("no-restorer", what))
    handled(on_fault, 0, 0);
  else if (is("default-size", what))
    in_thread(1 << 20, 0, overflow);
  else if (is("asked-for-size", what))
    in_thread(2 << 20, 2 << 20, overflow);
  return 0;
}
