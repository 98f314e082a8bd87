/*
 * Crashes as servers do:
 *   coroutine  in a coroutine's stack (ucontext), in a thread
 *   crowd      in one of 1,000 threads, beside a mapping of a tebibyte
 *   null       reads a null pointer
 *   twice      in two threads at once
 *   forked     in a child, after its parent has made threads
 *   stack      in a thread that has set an alternate stack itself, and no handler
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { CROWD = 1000, COROUTINE = 64 << 10, PAGE = 4096 };

static pthread_barrier_t all_there;
static ucontext_t before, coroutine;

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = (char)level;
  return descend(level + 1) + frame[0];
}

static void run(void) { descend(0); }

static void *overflow(void *argument) {
  pthread_setname_np(pthread_self(), "overflower");
  return descend(0) ? argument : NULL;
}

static void *wait_then_overflow(void *argument) {
  pthread_barrier_wait(&all_there);
  return overflow(argument);
}

static void *wait_for_ever(void *argument) {
  pthread_barrier_wait(&all_there);
  pause();
  return argument;
}

static void *switch_over(void *argument) {
  pthread_setname_np(pthread_self(), "switcher");
  char *memory = mmap(NULL, PAGE + COROUTINE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  mprotect(memory, PAGE, PROT_NONE);
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = memory + PAGE;
  coroutine.uc_stack.ss_size = COROUTINE;
  makecontext(&coroutine, run, 0);
  swapcontext(&before, &coroutine);
  return argument;
}

static void *on_own_stack(void *argument) {
  static char memory[8192];
  stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
  sigaltstack(&stack, NULL);
  return overflow(argument);
}

static void in_thread(void *(*body)(void *)) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, NULL);
  pthread_join(thread, NULL);
}

static void crowd(int others) {
  pthread_t thread;
  mmap(NULL, 1UL << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  pthread_barrier_init(&all_there, NULL, (unsigned)others + 1);
  for (int i = 0; i < others; i++)
    pthread_create(&thread, NULL, wait_for_ever, NULL);
  in_thread(wait_then_overflow);
}

static void *nothing(void *argument) { return argument; }

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "";
  if (!strcmp(way, "coroutine")) {
    in_thread(switch_over);
  } else if (!strcmp(way, "crowd")) {
    crowd(CROWD - 2);
  } else if (!strcmp(way, "null")) {
    return *(volatile int *)(size_t)(count - 2);
  } else if (!strcmp(way, "twice")) {
    pthread_t thread;
    pthread_barrier_init(&all_there, NULL, 2);
    pthread_create(&thread, NULL, wait_then_overflow, NULL);
    in_thread(wait_then_overflow);
  } else if (!strcmp(way, "forked")) {
    in_thread(nothing);
    pid_t child = fork();
    if (child == 0)
      in_thread(overflow);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  } else if (!strcmp(way, "stack")) {
    in_thread(on_own_stack);
  }
  return 0;
}
