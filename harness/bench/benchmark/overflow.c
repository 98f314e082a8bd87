/*
 * The overflow that unwinders are measured on. Every figure is taken in the handler of a child that
 * has just overflowed, as a crash reporter would have to; the child is forked anew for each, so
 * that "the first time" is one.
 */
#define UNW_LOCAL_ONLY
#include "unwind/library.h"

#include "clab_benchmark.h"
#include "crashlab_harness.h"
#include "target/plain.h"
#include "trial/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  STACK = 8 << 20,
  ALTERNATE_STACK = 256 << 10,
  MOST_FRAMES = STACK / 16,
};

static struct clab_overflow *measured;
static unsigned first;
static bool is_irregular;
static void (*capture)(struct clab_overflow *overflow);
static void **addresses; /* unw_backtrace wants room for every frame */

/* ---- the recursions ---------------------------------------------------------------------------
 */

static uint64_t most_depth = UINT64_MAX; /* where a recursion that is to end does so */

/* Lets the other unwinder look at a recursion that has not overflowed, and ends the child. */
static __attribute__((noinline)) uint64_t bottom(uint64_t depth) {
  capture(measured);
  _exit((int)clab_optimizer_barrier(depth) & 0);
}

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  if (depth == most_depth)
    return bottom(depth);
  return clab_optimizer_barrier(descend(depth + 1)) + depth;
}

typedef uint64_t descent(uint64_t depth);
static descent *next_descent(uint64_t depth);
static uint64_t random_state;

/* Knuth's MMIX generator: its high bits are random enough to choose by. */
static uint64_t random_bits(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return random_state >> 33;
}

#define DESCENT(name, words)                                                                       \
  static __attribute__((noinline)) uint64_t name(uint64_t depth) {                                 \
    volatile uint64_t local[words];                                                                \
    local[0] = depth;                                                                              \
    __asm__ volatile("" : : "r"(local) : "memory"); /* all of it is needed */                      \
    return next_descent(depth)(depth + 1) + local[0];                                              \
  }

DESCENT(descend_a, 1)
DESCENT(descend_b, 2)
DESCENT(descend_c, 3)
DESCENT(descend_d, 4)
DESCENT(descend_e, 5)

static __attribute__((noinline)) uint64_t descend_sized(uint64_t depth) {
  volatile uint64_t *local = __builtin_alloca(8 + random_bits() % 4 * 8);
  local[0] = depth;
  return next_descent(depth)(depth + 1) + local[0];
}

static descent *next_descent(uint64_t depth) {
  if (depth == most_depth)
    return bottom;
  static descent *const all[] = {descend_a, descend_b, descend_c,
                                 descend_d, descend_e, descend_sized};
  return all[random_bits() % 6];
}

void clab_overflow_here(bool irregular) {
  clab_optimizer_barrier(irregular ? next_descent(0)(0) : descend(0));
}

/* ---- the handler ------------------------------------------------------------------------------
 */

static uint64_t time_folded(const ucontext_t *context) {
  static struct clab_trace trace;
  uint64_t started = clab_now();
  clab_unwind_local(context, &measured->stack, CLAB_UNWIND_FOLDED, &trace, NULL, NULL);
  uint64_t ended = clab_now();
  measured->folded_frames = trace.frame_count;
  return ended - started;
}

static uint64_t time_step(const ucontext_t *context) {
  uint64_t started = clab_now();
  measured->step_frames = clab_plain_count(context);
  return clab_now() - started;
}

static uint64_t time_backtrace(const ucontext_t *context) {
  (void)context;
  uint64_t started = clab_now();
  measured->backtrace_frames = (uint64_t)unw_backtrace(addresses, MOST_FRAMES);
  return clab_now() - started;
}

/* The faulting frame may already have moved the stack pointer below the stack limit. */
static uint64_t readable_low(const struct clab_overflow *overflow) {
  uint64_t sp = overflow->registers.value[CLAB_REG_SP];
  return sp > overflow->stack.low ? sp : overflow->stack.low;
}

static __attribute__((no_sanitize("address", "undefined"))) uint64_t time_read(void) {
  enum { FRAME = 32 }; /* of the regular recursion; before somebody has counted its frames */
  uint64_t words = measured->folded_frames, sum = 0;
  uint64_t stride =
      words ? (measured->stack.high - measured->stack.low) / words & ~UINT64_C(7) : FRAME;
  if (stride == 0)
    return 0;
  uint64_t started = clab_now();
  const char *word = (const char *)readable_low(measured),
             *end = (const char *)measured->stack.high - 3 * stride;
  for (; word < end; word += 4 * stride)
    sum += *(const uint64_t *)word + *(const uint64_t *)(word + stride) +
           *(const uint64_t *)(word + 2 * stride) + *(const uint64_t *)(word + 3 * stride);
  clab_optimizer_barrier(sum);
  return clab_now() - started;
}

static uint64_t time_first_read(const ucontext_t *context) {
  (void)context;
  return time_read();
}

static void handle(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  uint64_t (*const walks[])(const ucontext_t *) = {time_folded, time_first_read, time_step,
                                                   time_backtrace};
  uint64_t *const times[] = {&measured->folded, &measured->first_read, &measured->step,
                             &measured->backtrace};
  clab_registers_of_context(context, &measured->registers);
  for (unsigned i = 0; i < CLAB_OVERFLOW_WALKS; i++) {
    unsigned walk = (first + i) % CLAB_OVERFLOW_WALKS;
    *times[walk] = walks[walk](context);
  }
  for (unsigned i = 0; i < CLAB_OVERFLOW_ROUNDS; i++) {
    measured->folded_again[i] = time_folded(context);
    measured->backtrace_again[i] = time_backtrace(context);
    measured->read[i] = time_read();
  }
  raise(SIGSTOP);
  for (;;)
    pause();
}

/* ---- the child --------------------------------------------------------------------------------
 */

static void *overflow(void *alternate_memory) {
  stack_t alternate = {.ss_sp = alternate_memory, .ss_size = ALTERNATE_STACK};
  sigaltstack(&alternate, NULL);
  clab_current_stack(&measured->stack.low, &measured->stack.high);
  clab_overflow_here(is_irregular);
  return NULL;
}

static void *recurse(void *argument) {
  clab_overflow_here(is_irregular);
  return argument;
}

static void *map(size_t size, int flags) {
  void *memory =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_POPULATE | flags, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static _Noreturn void child(void) {
  addresses = map(MOST_FRAMES * sizeof addresses[0], MAP_PRIVATE);
  void *alternate = map(ALTERNATE_STACK, MAP_PRIVATE);
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  pthread_attr_t attributes;
  pthread_t thread;
  if (addresses != NULL && alternate != NULL && sigaction(SIGSEGV, &action, NULL) == 0 &&
      pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK) == 0 &&
      pthread_create(&thread, &attributes, overflow, alternate) == 0)
    pthread_join(thread, NULL);
  _exit(1);
}

static _Noreturn void capturing_child(unsigned patience) {
  enum { ROOM = 4 << 20 }; /* for the unwinder's own frames */
  pthread_attr_t attributes;
  pthread_t thread;
  alarm(patience);
  if (pthread_attr_init(&attributes) == 0 &&
      pthread_attr_setstacksize(&attributes, STACK + ROOM) == 0 &&
      pthread_create(&thread, &attributes, recurse, NULL) == 0)
    pthread_join(thread, NULL);
  _exit(1);
}

/* ---- the parent -------------------------------------------------------------------------------
 */

struct clab_overflow *clab_overflow_create(void) {
  return map(sizeof(struct clab_overflow), MAP_SHARED);
}

int clab_capture_recursion(struct clab_overflow *overflow, bool irregular, uint64_t depth,
                           unsigned patience, void (*function)(struct clab_overflow *overflow)) {
  measured = overflow;
  overflow->captured = overflow->captured_frames = 0;
  is_irregular = irregular;
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    clab_die_with(parent);
    clab_reset_signals();
    capture = function;
    most_depth = depth;
    capturing_child(patience);
  }
  int status = 0;
  if (pid < 0)
    return errno;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return errno;
  if (WIFSIGNALED(status))
    return WTERMSIG(status) == SIGALRM ? ETIME : EFAULT;
  return WEXITSTATUS(status) == 0 ? 0 : EAGAIN;
}

void clab_overflow_destroy(struct clab_overflow *overflow) { munmap(overflow, sizeof *overflow); }

pid_t clab_fork_overflow(struct clab_overflow *overflow, bool irregular, unsigned order) {
  memset(overflow, 0, sizeof *overflow);
  measured = overflow;
  is_irregular = irregular;
  first = order % CLAB_OVERFLOW_WALKS;
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    clab_die_with(parent);
    child();
  }
  int status = 0;
  while (pid > 0 && waitpid(pid, &status, WUNTRACED) < 0)
    if (errno != EINTR)
      return -1;
  if (pid < 0 || WIFSTOPPED(status))
    return pid;
  errno = ECHILD;
  return -1;
}

void clab_end_overflow(pid_t child) {
  kill(child, SIGKILL);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
}

uint64_t clab_time_copy_out(pid_t child, const struct clab_overflow *overflow) {
  static void *copy;
  uint64_t low = readable_low(overflow), high = overflow->stack.high;
  if (low >= high || high - low > STACK || (copy == NULL && !(copy = map(STACK, MAP_PRIVATE))))
    return 0;
  struct iovec to = {copy, high - low}, from = {(void *)low, high - low};
  uint64_t started = clab_now();
  ssize_t count = process_vm_readv(child, &to, 1, &from, 1, 0);
  uint64_t ended = clab_now();
  return count == (ssize_t)(high - low) ? ended - started : 0;
}
