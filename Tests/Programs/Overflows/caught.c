/* Crashes that a machine's core handler is to tell of: the way is the first argument. Others are
   only there to be told apart by. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = (char)level;
  return descend(level + 1) + frame[0];
}

static void *overflow(void *argument) {
  pthread_setname_np(pthread_self(), "overflower");
  descend(0);
  return argument;
}

static void *overflow_later(void *argument) {
  usleep(20000);
  return overflow(argument);
}

static void *rest(void *argument) {
  pause();
  return argument;
}

static void in_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, overflow, NULL);
  pthread_join(thread, NULL);
}

static void run_coroutine(void) { descend(0); }

static void coroutine(void) {
  static ucontext_t here, there;
  const size_t size = 256 << 10, page = 4096;
  char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(stack, page, PROT_NONE);
  getcontext(&there);
  there.uc_stack.ss_sp = stack + page;
  there.uc_stack.ss_size = size - page;
  there.uc_link = &here;
  makecontext(&there, run_coroutine, 0);
  swapcontext(&here, &there);
}

/* 8 GiB of addresses, so many MiB of memory. */
static void fill(size_t mebibytes) {
  const size_t all = (size_t)8 << 30;
  char *memory =
      mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    exit(9);
  memset(memory, 1, mebibytes << 20);
}

static void make_threads(int count) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 << 10);
  for (int i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &small, rest, NULL))
      exit(9);
  }
}

/* Each is one of its own: its neighbours permit something else. */
static void make_mappings(int count) {
  const size_t page = 4096;
  char *memory =
      mmap(NULL, count * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  for (int i = 0; i < count; i += 2)
    mprotect(memory + i * page, page, PROT_READ | PROT_WRITE);
}

/* Executed once more when its file has no name any more. */
static void be_deleted(char **arguments) {
  char *again[] = {arguments[0], "thread", arguments[2], NULL};
  unlink(arguments[0]);
  execv("/proc/self/exe", again);
  exit(9);
}

static void fork_again(int count) {
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child == 0)
      *(volatile int *)8 = 1;
    while (waitpid(child, NULL, 0) < 0) {
    }
  }
  exit(0);
}

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "";
  int number = count > 3 ? atoi(arguments[3]) : 0;
  if (!strcmp(way, "main"))
    descend(0);
  else if (!strcmp(way, "null"))
    *(volatile int *)8 = 1;
  else if (!strcmp(way, "abort"))
    abort();
  else if (!strcmp(way, "coroutine"))
    coroutine();
  else if (!strcmp(way, "memory"))
    fill((size_t)number);
  else if (!strcmp(way, "threads"))
    make_threads(number);
  else if (!strcmp(way, "mappings"))
    make_mappings(number);
  else if (!strcmp(way, "deleted"))
    be_deleted(arguments);
  else if (!strcmp(way, "main-has-ended")) {
    pthread_t thread;
    pthread_create(&thread, NULL, overflow_later, NULL);
    pthread_exit(NULL);
  } else if (!strcmp(way, "flood"))
    fork_again(number);
  else if (!strcmp(way, "named"))
    prctl(PR_SET_NAME, "\033[2J\n<0>evil");
  in_thread();
  return 0;
}
