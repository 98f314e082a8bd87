/* A program that knows nothing of the laboratory: it crashes in the way that its argument names. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int depth;

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = (char)level;
  depth = level;
  return descend(level + 1) + frame[0];
}

static void *overflow(void *argument) {
  pthread_setname_np(pthread_self(), "overflower");
  descend(0);
  return argument;
}

static __attribute__((noinline)) int big(int index) {
  volatile char frame[16 << 20];
  frame[index] = 1;
  return frame[index];
}

static void *step_over(void *argument) {
  pthread_setname_np(pthread_self(), "stepper");
  return big(depth) ? argument : NULL;
}

static void *overflow_later(void *argument) {
  usleep(20000);
  return overflow(argument);
}

static sigjmp_buf before;

static void jump(int number) {
  (void)number;
  siglongjmp(before, 1);
}

static void say(int number) {
  (void)number;
  if (write(2, "handler\n", 8) < 0 || signal(SIGSEGV, SIG_DFL) == SIG_ERR)
    _exit(1);
}

static void abort_at(int number) {
  (void)number;
  abort();
}

static void exit_at(int number) {
  (void)number;
  _exit(3);
}

static void give_up_at(int number) { signal(number, SIG_DFL); }

static void on_alternate_stack(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
}

static void *overflow_there(void *argument) {
  static char memory[1 << 16];
  stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
  sigaltstack(&stack, NULL);
  return overflow(argument);
}

static void in_thread(void *(*body)(void *)) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, NULL);
  pthread_join(thread, NULL);
}

static void handle_faults(int count) {
  volatile int *null = (int *)(size_t)depth;
  signal(SIGSEGV, jump);
  for (volatile int i = 0; i < count; i++)
    if (!sigsetjmp(before, 1))
      *null = 1;
}

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "";
  volatile int *null = (int *)(size_t)depth;
  if (!strcmp(way, "thread"))
    in_thread(overflow);
  else if (!strcmp(way, "main"))
    descend(0);
  else if (!strcmp(way, "step-over"))
    in_thread(step_over);
  else if (!strcmp(way, "null"))
    *null = 1;
  else if (!strcmp(way, "abort"))
    abort();
  else if (!strcmp(way, "sent"))
    kill(getpid(), SIGSEGV);
  else if (!strcmp(way, "no-alternate-stack")) {
    signal(SIGSEGV, say);
    in_thread(overflow);
  } else if (!strcmp(way, "handled")) {
    handle_faults(12);
    puts("lived on");
  } else if (!strcmp(way, "handled-then-terminated")) {
    handle_faults(3);
    kill(getpid(), SIGTERM);
  } else if (!strcmp(way, "handled-then-overflow")) {
    handle_faults(100);
    in_thread(overflow);
  } else if (!strcmp(way, "ignores-what-is-sent")) {
    signal(SIGSEGV, SIG_IGN);
    for (int i = 0; i < 100; i++)
      kill(getpid(), SIGSEGV);
    return 7;
  } else if (!strcmp(way, "handler-aborts")) {
    on_alternate_stack(abort_at);
    in_thread(overflow_there);
  } else if (!strcmp(way, "handler-exits")) {
    on_alternate_stack(exit_at);
    in_thread(overflow_there);
  } else if (!strcmp(way, "handler-gives-up")) {
    on_alternate_stack(give_up_at);
    in_thread(overflow_there);
  } else if (!strcmp(way, "handled-then-aborts")) {
    handle_faults(3);
    abort();
  } else if (!strcmp(way, "child-overflows")) {
    pid_t child = fork();
    if (child == 0)
      in_thread(overflow);
    return child < 0 || waitpid(child, NULL, 0) != child;
  } else if (!strcmp(way, "child-executes")) {
    pid_t child = vfork();
    if (child == 0) {
      execl(arguments[0], arguments[0], "null", NULL);
      _exit(127);
    }
    return child < 0 || waitpid(child, NULL, 0) != child;
  } else if (!strcmp(way, "main-has-ended")) {
    pthread_t thread;
    pthread_create(&thread, NULL, overflow_later, NULL);
    pthread_exit(NULL);
  } else if (!strcmp(way, "waits"))
    pause();
  else if (!strcmp(way, "status"))
    return 7;
  return 0;
}
