/*
 * What the kernel itself says of page tables and the TLB: the tracepoint tlb:tlb_flush, counted by
 * perf_event_open(2). Nothing is traced and no setting of tracefs is touched.
 *
 * A core is counted, not a task: a task's own counters are taken off the core before the tracepoint
 * is passed. So whatever else runs there is counted too.
 *
 * switch_mm_irqs_off (arch/x86/mm/tlb.c) passes it at each load of CR3, with reason 0 ("flush on
 * task switch"): with pages 0 where the address space's translations were kept, else with all of
 * them.
 */
#include "switching/flushes.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_counter(uint32_t event, int cpu, const char *filter) {
  struct perf_event_attr attributes = {
      .type = PERF_TYPE_TRACEPOINT,
      .size = sizeof attributes,
      .config = event,
  };
  int counter = (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
  if (counter >= 0 && ioctl(counter, PERF_EVENT_IOC_SET_FILTER, filter) < 0) {
    int error = errno;
    close(counter);
    errno = error;
    return -1;
  }
  return counter;
}

int clab_flushes_open(struct clab_flush_counters *counters, uint32_t event, int cpu) {
  *counters = (struct clab_flush_counters){.loads = -1, .flushes = -1};
  counters->loads = open_counter(event, cpu, "reason == 0");
  if (counters->loads < 0)
    return errno;
  counters->flushes = open_counter(event, cpu, "reason == 0 && pages != 0");
  if (counters->flushes >= 0)
    return 0;
  int error = errno;
  close(counters->loads);
  return error;
}

static uint64_t read_counter(int counter) {
  uint64_t count = 0;
  return read(counter, &count, sizeof count) == sizeof count ? count : 0;
}

struct clab_flush_counts clab_flushes_read(const struct clab_flush_counters *counters) {
  return (struct clab_flush_counts){.loads = read_counter(counters->loads),
                                    .flushes = read_counter(counters->flushes)};
}

int clab_flushes_check(uint32_t event) {
  struct clab_flush_counters counters;
  int error = clab_flushes_open(&counters, event, clab_last_cpu());
  if (error)
    return error;
  close(counters.loads);
  close(counters.flushes);
  return 0;
}
