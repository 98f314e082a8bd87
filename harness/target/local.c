/* The own process as a target, and the walk over it. */
#include "crashlab_harness.h"
#include "target/maps.h"
#include "target/plain.h"
#include "unwind/run.h"
#include "unwind/step.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kernel says EFAULT where a load would fault. */
static size_t read_own(void *context, uint64_t address, void *buffer, size_t size) {
  struct iovec to = {buffer, size}, from = {(void *)address, size};
  ssize_t count = process_vm_readv(*(const pid_t *)context, &to, 1, &from, 1, 0);
  return count > 0 ? (size_t)count : 0;
}

/* glibc made _dl_find_object for unwinders: it takes no lock and is async-signal-safe. */
static bool find_own_image(void *context, uint64_t address, struct clab_image *image) {
  (void)context;
  struct dl_find_object found;
  if (_dl_find_object((void *)address, &found) != 0)
    return false;
  image->low = (uint64_t)found.dlfo_map_start;
  image->high = (uint64_t)found.dlfo_map_end;
  image->eh_frame_header = (uint64_t)found.dlfo_eh_frame;
  return true;
}

static bool is_own_code(void *context, uint64_t address) {
  return clab_maps_is_executable(*(const pid_t *)context, address);
}

static void begin(struct clab_walk *walk, const ucontext_t *context,
                  const struct clab_stack_range *stack, struct clab_trace *trace) {
  static pid_t process;
  struct clab_target target = {.context = &process,
                               .read = read_own,
                               .find_image = find_own_image,
                               .is_executable = is_own_code};
  process = getpid();
  clab_registers_of_context(context, &target.registers);
  /* Below the stack pointer there may be no memory yet, or a guard. */
  struct clab_stack_range direct = {0, 0};
  uint64_t sp = target.registers.value[CLAB_REG_SP];
  if (stack != NULL && sp < stack->high)
    direct = (struct clab_stack_range){sp > stack->low ? sp : stack->low, stack->high};
  clab_walk_begin(walk, &target, &direct, true, trace);
}

void clab_unwind_local(const ucontext_t *context, const struct clab_stack_range *stack,
                       uint32_t mode, struct clab_trace *trace, clab_frame_visitor visitor,
                       void *visitor_context) {
  if (mode == CLAB_UNWIND_ORACLE) {
    struct clab_oracle_result result;
    clab_unwind_oracle(context, stack, trace, &result);
    return;
  }
  uint64_t started = clab_now();
  int saved_errno = errno;
  struct clab_walk *walk = clab_walk_acquire_for(mode, trace);
  if (walk == NULL)
    return;
  begin(walk, context, stack, trace);
  walk->visitor = visitor;
  walk->visitor_context = visitor_context;
  walk->singly = mode == CLAB_UNWIND_SINGLY;
  if (mode == CLAB_UNWIND_PLAIN)
    clab_plain_all(walk, context);
  else
    clab_walk_run(walk);
  clab_walk_release();
  trace->duration = clab_now() - started;
  errno = saved_errno;
}

void clab_unwind_oracle(const ucontext_t *context, const struct clab_stack_range *stack,
                        struct clab_trace *trace, struct clab_oracle_result *result) {
  *result = (struct clab_oracle_result){.equal = false};
  struct clab_walk *walk = clab_walk_acquire_for(CLAB_UNWIND_FOLDED, trace);
  if (walk == NULL)
    return;
  begin(walk, context, stack, trace);
  clab_plain_compare(walk, context, result);
  clab_walk_release();
}

void clab_unwind_warm_up(void) {
  ucontext_t here;
  static struct clab_trace trace;
  clab_step_warm_up();
  clab_plain_warm_up();
  if (getcontext(&here) != 0)
    return;
  clab_unwind_local(&here, NULL, CLAB_UNWIND_FOLDED, &trace, NULL, NULL);
  clab_unwind_local(&here, NULL, CLAB_UNWIND_PLAIN, &trace, NULL, NULL);
  /* Every frame above had a proved rule: libunwind's pools are filled by a step of its own. */
  struct clab_walk *walk = clab_walk_acquire();
  if (walk == NULL)
    return;
  begin(walk, &here, NULL, &trace);
  struct clab_registers registers = walk->target.registers;
  clab_step(walk, &registers, true);
  clab_walk_release();
}
