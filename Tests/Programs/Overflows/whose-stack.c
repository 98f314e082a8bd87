// Overflows of stacks that somebody else has made: whose they are, and how large, is told by
// little. Usage: whose-stack
// thread-static|alternate-static|alternate-autodisarm|alternate-both|coroutine|address-space
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

enum { PAGE = 4096, STACK = 64 << 10 };

static struct {
  char below[12 << 10];
  char stack[STACK];
} memory __attribute__((aligned(4096)));

static __attribute__((noinline)) int descend(int depth) {
  volatile char bytes[100];
  bytes[depth % 100] = (char)depth;
  return descend(depth + 1) + bytes[3];
}

static void handle(int signal) {
  (void)signal;
  descend(1);
}

static void *run(void *unused) {
  (void)unused;
  descend(1);
  return NULL;
}

static void coroutine(void) { descend(1); }

// Memory with a guard below it.
static char *guarded(size_t size) {
  char *memory =
      mmap(NULL, PAGE + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(memory, PAGE, PROT_NONE);
  return memory + PAGE;
}

static void handle_on(char *stack, int flags) {
  stack_t alternate = {.ss_sp = stack, .ss_size = STACK, .ss_flags = flags};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
}

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "";
  volatile int *volatile nowhere = NULL;
  memory.below[0] = 1;
  if (strcmp(way, "thread-static") == 0) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, memory.stack, STACK);
    pthread_t thread;
    pthread_create(&thread, &attributes, run, NULL);
    pthread_join(thread, NULL);
  }
  if (strcmp(way, "alternate-static") == 0) {
    handle_on(memory.stack, 0);
    *nowhere = 1;
  }
  if (strcmp(way, "alternate-autodisarm") == 0) {
    handle_on(guarded(STACK), (int)(1u << 31));
    *nowhere = 1;
  }
  if (strcmp(way, "alternate-both") == 0) {
    handle_on(guarded(STACK), 0);
    descend(1);
  }
  if (strcmp(way, "coroutine") == 0) {
    // A neighbour lies above the stack, in the same mapping.
    static ucontext_t from, to;
    getcontext(&to);
    to.uc_stack.ss_sp = guarded(2 * STACK);
    to.uc_stack.ss_size = STACK;
    to.uc_link = &from;
    makecontext(&to, coroutine, 0);
    swapcontext(&from, &to);
  }
  if (strcmp(way, "address-space") == 0) {
    struct rlimit limit = {4 << 20, 4 << 20};
    setrlimit(RLIMIT_AS, &limit);
    descend(1);
  }
  return 0;
}
