/*
 * A token that goes round a ring of threads or processes. Threads and processes run the same code
 * on the same kind of shared memory with the same kind of futex: what differs is the address space.
 *
 * Whoever has the token wakes the next and then waits for its own turn. On one core, under a policy
 * that does not preempt on wakeup, that is one switch a hop; it is counted, not assumed.
 */
#include "crashlab_harness.h"
#include "switching/child.h"
#include "switching/flushes.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 64, MEMBER_STACK = 64 * 1024 };

struct count {
  uint64_t voluntary, involuntary, processor;
};

struct seat {
  _Alignas(LINE) uint32_t token;
  _Alignas(LINE) struct count before;
  struct count after;
  int32_t error;
};

/* Shared by all members. Everything but the tokens belongs to whoever has the token. */
struct table {
  struct clab_ring ring;
  uint64_t first_counted; /* the hop at which the first member counts its switches */
  uint64_t hops;          /* between the two readings of the clock */
  _Alignas(LINE) uint32_t ready;
  _Alignas(LINE) uint32_t turn; /* whose it is, for the yielding ring */
  _Alignas(LINE) uint64_t hop;
  uint64_t start, end;
  struct clab_flush_counters counters; /* if ring.flush_event */
  struct clab_flush_counts flushes_before, flushes_after;
  struct seat seats[CLAB_RING_MAX_MEMBERS];
};

struct member {
  struct table *table;
  uint32_t number;
};

static struct count count_now(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return (struct count){.voluntary = (uint64_t)usage.ru_nvcsw,
                        .involuntary = (uint64_t)usage.ru_nivcsw,
                        .processor = clab_thread_time()};
}

static void futex_wait(uint32_t *word, uint32_t value, int private) {
  syscall(SYS_futex, word, FUTEX_WAIT | private, value, NULL, NULL, 0);
}

static void futex_wake(uint32_t *word, int private) {
  syscall(SYS_futex, word, FUTEX_WAKE | private, 1, NULL, NULL, 0);
}

static void take_token(struct table *table, uint32_t number, int private) {
  if (table->ring.token == CLAB_TOKEN_YIELD) {
    while (__atomic_load_n(&table->turn, __ATOMIC_ACQUIRE) != number)
      syscall(SYS_sched_yield);
    return;
  }
  uint32_t *token = &table->seats[number].token;
  while (!__atomic_load_n(token, __ATOMIC_ACQUIRE))
    futex_wait(token, 0, private);
  __atomic_store_n(token, 0, __ATOMIC_RELAXED);
}

static void pass_token(struct table *table, uint32_t next, int private) {
  if (table->ring.token == CLAB_TOKEN_YIELD) {
    __atomic_store_n(&table->turn, next, __ATOMIC_RELEASE);
    return;
  }
  uint32_t *token = &table->seats[next].token;
  __atomic_store_n(token, 1, __ATOMIC_RELEASE);
  futex_wake(token, private);
}

/* ---- the working set ------------------------------------------------------------------------- */

struct pages {
  volatile char *low;
  size_t count, size;
};

/* A line a page, each page's beside its neighbour's in the cache and not on top of it. */
static volatile char *line_of(const struct pages *pages, size_t page) {
  return pages->low + page * pages->size + page % (pages->size / LINE) * LINE;
}

static int populate(struct pages *pages, uint32_t count) {
  pages->count = count;
  pages->size = (size_t)sysconf(_SC_PAGESIZE);
  if (count == 0)
    return 0;
  size_t size = count * pages->size;
  char *low = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (low == MAP_FAILED)
    return errno;
  madvise(low, size, MADV_NOHUGEPAGE);
  pages->low = low;
  for (size_t i = 0; i < count; i++)
    *line_of(pages, i) = 1;
  return 0;
}

static void touch(const struct pages *pages) {
  for (size_t i = 0; i < pages->count; i++)
    (void)*line_of(pages, i);
}

/* ---- a member -------------------------------------------------------------------------------- */

static void go_round(struct table *table, uint32_t number) {
  uint32_t members = table->ring.members, next = (number + 1) % members;
  int private = table->ring.token == CLAB_TOKEN_PRIVATE_FUTEX ? FUTEX_PRIVATE_FLAG : 0;
  uint64_t start = table->first_counted + members, end = start + table->hops;
  struct seat *seat = &table->seats[number];
  struct pages pages = {0};
  seat->error = populate(&pages, table->ring.pages);
  __atomic_add_fetch(&table->ready, 1, __ATOMIC_RELEASE);
  futex_wake(&table->ready, 0);
  for (;;) {
    take_token(table, number, private);
    uint64_t hop = table->hop++;
    /* The counts are taken a round before the clock is read, and a round after. */
    if (hop >= table->first_counted && hop < start)
      seat->before = count_now();
    if (hop == start) {
      if (table->ring.flush_event)
        table->flushes_before = clab_flushes_read(&table->counters);
      table->start = clab_now();
    }
    touch(&pages);
    if (hop == end) {
      table->end = clab_now();
      if (table->ring.flush_event)
        table->flushes_after = clab_flushes_read(&table->counters);
    }
    if (hop >= end && hop < end + members)
      seat->after = count_now();
    pass_token(table, next, private);
    if (hop >= end + members)
      return;
  }
}

static void *run_thread(void *argument) {
  struct member *member = argument;
  go_round(member->table, member->number);
  return NULL;
}

static void start_round(struct table *table) {
  for (uint32_t ready;
       (ready = __atomic_load_n(&table->ready, __ATOMIC_ACQUIRE)) < table->ring.members;)
    futex_wait(&table->ready, ready, 0);
  pass_token(table, 0, table->ring.token == CLAB_TOKEN_PRIVATE_FUTEX ? FUTEX_PRIVATE_FLAG : 0);
}

static int run_threads(struct table *table) {
  pthread_t threads[CLAB_RING_MAX_MEMBERS];
  struct member members[CLAB_RING_MAX_MEMBERS];
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error)
    return error;
  pthread_attr_setstacksize(&attributes, MEMBER_STACK);
  for (uint32_t i = 0; i < table->ring.members; i++) {
    members[i] = (struct member){.table = table, .number = i};
    /* On an error the threads that wait are ended with the process. */
    if ((error = pthread_create(&threads[i], &attributes, run_thread, &members[i])))
      return error;
  }
  start_round(table);
  for (uint32_t i = 0; i < table->ring.members; i++)
    pthread_join(threads[i], NULL);
  return 0;
}

static int run_processes(struct table *table) {
  for (uint32_t i = 0; i < table->ring.members; i++) {
    pid_t pid = clab_fork_companion();
    if (pid < 0)
      return errno;
    if (pid == 0) {
      go_round(table, i);
      _exit(0);
    }
  }
  start_round(table);
  for (uint32_t i = 0; i < table->ring.members; i++)
    while (wait(NULL) < 0 && errno == EINTR) {
    }
  return 0;
}

/* ---- one sample ------------------------------------------------------------------------------ */

struct ring_order {
  struct clab_ring ring;
  uint64_t operations;
  int cpu;
};

static int measure(void *shared, const void *argument) {
  const struct ring_order *order = argument;
  struct clab_sample *sample = shared;
  uint32_t members = order->ring.members;
  struct table *table =
      mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (table == MAP_FAILED)
    return errno;
  table->ring = order->ring;
  /* Whole rounds: every member counts over as many of its own turns. */
  table->hops = (order->operations + members - 1) / members * members;
  table->first_counted = (table->hops / 10 / members + 2) * members;
  int error = order->ring.flush_event
                  ? clab_flushes_open(&table->counters, order->ring.flush_event, order->cpu)
                  : 0;
  if (!error)
    error = order->ring.kind == CLAB_MEMBER_THREAD ? run_threads(table) : run_processes(table);
  if (error)
    return error;
  for (uint32_t i = 0; i < members; i++) {
    const struct seat *seat = &table->seats[i];
    if (seat->error)
      return seat->error;
    sample->voluntary += seat->after.voluntary - seat->before.voluntary;
    sample->involuntary += seat->after.involuntary - seat->before.involuntary;
    sample->processor += seat->after.processor - seat->before.processor;
  }
  sample->operations = table->hops;
  sample->switch_operations = table->hops + members;
  sample->elapsed = table->end - table->start;
  sample->page_table_loads = table->flushes_after.loads - table->flushes_before.loads;
  sample->flushes = table->flushes_after.flushes - table->flushes_before.flushes;
  sample->cycles_per_nanosecond = clab_cycles_per_nanosecond();
  return 0;
}

int clab_measure_ring(const struct clab_ring *ring, const struct clab_placement *placement,
                      uint64_t operations, struct clab_sample *sample) {
  if (ring->members < 2 || ring->members > CLAB_RING_MAX_MEMBERS ||
      ring->pages > CLAB_RING_MAX_PAGES || operations == 0 ||
      (ring->kind == CLAB_MEMBER_PROCESS && ring->token == CLAB_TOKEN_PRIVATE_FUTEX))
    return EINVAL;
  struct ring_order order = {.ring = *ring, .operations = operations, .cpu = placement->cpu};
  return clab_measure_in_child(placement, measure, &order, sample, sizeof *sample);
}
