/*
 * Arming: the signal handlers of the process, and for each thread an alternate stack below which
 * lies a guard of its own, so that a handler that needs too much dies visibly.
 */
#include "trial/child.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the handler may use beside the kernel's signal frame. Measured by `crashlab run NAME
   --measure-handler` (handlerStackUsed in the report, signal frame included): 6,056 bytes for a
   folded overflow, 8,680 where libunwind steps every frame. The rest is for a case's recovery. */
enum { HANDLER_NEED = 24 * 1024 };

__thread struct clab_own_stack clab_own_stack __attribute__((tls_model("initial-exec")));
__thread struct clab_own_stack clab_own_alternate_stack __attribute__((tls_model("initial-exec")));
/* Where the board has the calling thread's stack; -1 if it has not. */
static __thread int clab_own_note __attribute__((tls_model("initial-exec"))) = -1;

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

size_t clab_alternate_stack_size(void) {
  size_t frame = clab_minimum_signal_stack();
  size_t page = page_size();
  return (frame + HANDLER_NEED + page - 1) & ~(page - 1);
}

/* Maps [guard][stack] and returns the stack's lowest address, or NULL and errno. */
static void *map_alternate_stack(void) {
  size_t page = page_size(), size = clab_alternate_stack_size();
  unsigned char *memory = mmap(NULL, page + size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
  if (clab_protect_guard(memory, page)) {
    int error = errno;
    munmap(memory, page + size);
    errno = error;
    return NULL;
  }
  return memory + page;
}

int clab_use_alternate_stack(const char *name, void *low, size_t size, int flags) {
  stack_t stack = {.ss_sp = low, .ss_size = size, .ss_flags = flags};
  if (sigaltstack(&stack, NULL))
    return errno;
  clab_own_alternate_stack = (struct clab_own_stack){(uint64_t)low, (uint64_t)low + size};
  clab_note_stack(CLAB_STACK_ALTERNATE, gettid(), 0, name, low, (char *)low + size);
  return 0;
}

static int give_alternate_stack(const char *name) {
  void *low = map_alternate_stack();
  return low ? clab_use_alternate_stack(name, low, clab_alternate_stack_size(), 0) : errno;
}

void clab_stack_limit_moved(const void *low, size_t guard) {
  if (clab_own_note >= 0) {
    clab_own_board->stack[clab_own_note].low = (uint64_t)low;
    clab_own_board->stack[clab_own_note].guard_asked_for = guard;
  }
  clab_own_stack.low = (uint64_t)low;
}

int clab_arm_thread(const char *name, uint32_t flags) {
  size_t guard;
  int error = clab_find_stack(&clab_own_stack.low, &clab_own_stack.high, &guard);
  if (error)
    return error;
  pid_t thread = gettid();
  bool is_main = thread == getpid();
  if (name && !is_main)
    pthread_setname_np(pthread_self(), name);
  clab_own_note = clab_note_stack(is_main ? CLAB_STACK_MAIN : CLAB_STACK_THREAD, thread, 0, name,
                                  (void *)clab_own_stack.low, (void *)clab_own_stack.high);
  if (clab_own_note >= 0)
    clab_own_board->stack[clab_own_note].guard_asked_for = guard;
  if (!(flags & CLAB_ARM_NO_ALTERNATE_STACK) && !clab_own_alternate_stack.low)
    error = give_alternate_stack(name);
  if (!error && flags & CLAB_ARM_BLOCKED) {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGSEGV);
    error = pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    __atomic_or_fetch(&clab_own_board->armed, CLAB_ARMED_BLOCKED, __ATOMIC_ACQ_REL);
  }
  return error;
}

/* What kills a process through a fault or a trap. */
static const int fault_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};

int clab_arm(uint32_t flags) {
  int error = clab_arm_thread("main", flags);
  if (error)
    return error;
  if (!(flags & CLAB_ARM_NO_HANDLER)) {
    struct sigaction action = {.sa_sigaction = clab_handle_fault};
    /* SA_SIGINFO: the address and the registers. SA_ONSTACK: the ordinary stack is what has just
       run out. No SA_RESTART: a faulting instruction is no system call. No SA_RESETHAND: a
       recovery wants the next fault too, and the death of the true signal is our own decision.
       SA_NODEFER only where a case wants faults inside the handler to be caught. */
    action.sa_flags = SA_SIGINFO | (flags & CLAB_ARM_NO_ONSTACK ? 0 : SA_ONSTACK) |
                      (flags & CLAB_ARM_NODEFER ? SA_NODEFER : 0);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fault_signals / sizeof fault_signals[0]; i++)
      if (sigaction(fault_signals[i], &action, NULL))
        return errno;
  }
  if (flags & CLAB_ARM_IGNORED)
    signal(SIGSEGV, SIG_IGN);
  uint32_t armed = (flags & CLAB_ARM_NO_HANDLER ? 0 : CLAB_ARMED_HANDLER) |
                   (flags & CLAB_ARM_NO_ONSTACK ? 0 : CLAB_ARMED_ONSTACK) |
                   (flags & CLAB_ARM_IGNORED ? CLAB_ARMED_IGNORED : 0);
  __atomic_or_fetch(&clab_own_board->armed, armed, __ATOMIC_ACQ_REL);
  __atomic_store_n(&clab_own_board->armed_at, clab_now(), __ATOMIC_RELEASE);
  return 0;
}
