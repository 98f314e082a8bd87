/* An overflow whose handler does not run, each time for another reason: "small" (an alternate stack
   without room for a frame), "noflag" (no SA_ONSTACK), "thread" (no alternate stack in this
   thread), "disabled" (none any more), "readonly" (one that cannot be written), "unmapped",
   "blocked", "ignored", "inside" (a fault in the handler), "once" (one that is there for a single
   signal, which it has had), "masked" (inside the handler of a signal that blocks it), "unmasked"
   (there, after that handler has unblocked everything and restored the default), "never" (none was
   installed). */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char small[2048] __attribute__((aligned(64))), room[65536];
static const char *way;
static char *page;

static int is(const char *name) { return strcmp(way, name) == 0; }

static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)info, (void)context;
  if (is("inside"))
    *(volatile int *)16 = 1;
  if (is("once")) {
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
    return;
  }
  _exit(9);
}

__attribute__((noinline)) int descend(int depth) {
  volatile char bytes[64];
  bytes[0] = (char)depth;
  return descend(depth + 1) + bytes[0];
}

static void other_handler(int number) {
  (void)number;
  if (is("unmasked")) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGSEGV, SIG_DFL);
  }
  descend(0);
}

static void *work(void *argument) {
  (void)argument;
  return (void *)(long)descend(0);
}

static void set_up_stack(void) {
  stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
  char *pages = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (is("small"))
    stack = (stack_t){.ss_sp = small, .ss_size = sizeof small};
  if (is("readonly") || is("unmapped"))
    stack.ss_sp = pages;
  sigaltstack(&stack, NULL);
  if (is("readonly"))
    mprotect(pages, 65536, PROT_READ);
  if (is("unmapped"))
    munmap(pages, 65536);
  if (is("disabled")) {
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
  }
}

int main(int count, char **arguments) {
  way = count > 1 ? arguments[1] : "never";
  set_up_stack();
  struct sigaction action = {.sa_sigaction = handler,
                             .sa_flags = SA_SIGINFO | (is("noflag") ? 0 : SA_ONSTACK) |
                                         (is("once") ? (int)SA_RESETHAND : 0)};
  if (!is("never"))
    sigaction(SIGSEGV, &action, NULL);
  if (is("thread")) {
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
  }
  if (is("blocked")) {
    sigset_t mask;
    sigfillset(&mask);
    sigprocmask(SIG_BLOCK, &mask, NULL);
  }
  if (is("once")) {
    page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(volatile char *)page = 1;
  }
  if (is("masked") || is("unmasked")) {
    struct sigaction other = {.sa_handler = other_handler};
    sigfillset(&other.sa_mask);
    sigaction(SIGUSR1, &other, NULL);
    raise(SIGUSR1);
  }
  if (is("ignored"))
    signal(SIGSEGV, SIG_IGN);
  descend(0);
}
