/* Faults and signals of which the kernel or the processor tells something else than usual. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
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
  else if (is("default-size", what))
    in_thread(1 << 20, 0, overflow);
  else if (is("asked-for-size", what))
    in_thread(2 << 20, 2 << 20, overflow);
  return 0;
}
