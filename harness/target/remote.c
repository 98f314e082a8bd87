/* The walk over memory that is not ours. */
#include "crashlab_harness.h"
#include "target/plain.h"
#include "unwind/run.h"
#include "unwind/step.h"

void clab_unwind_target(const struct clab_target *target, uint32_t mode, struct clab_trace *trace,
                        clab_frame_visitor visitor, void *visitor_context) {
  if (mode == CLAB_UNWIND_ORACLE) {
    struct clab_oracle_result result;
    clab_unwind_target_oracle(target, trace, &result);
    return;
  }
  uint64_t started = clab_now();
  clab_step_warm_up();
  struct clab_walk *walk = clab_walk_acquire_for(mode, trace);
  if (walk == NULL)
    return;
  clab_walk_begin(walk, target, NULL, false, trace);
  walk->visitor = visitor;
  walk->visitor_context = visitor_context;
  walk->singly = mode == CLAB_UNWIND_SINGLY;
  if (mode == CLAB_UNWIND_PLAIN)
    clab_step_all(walk);
  else
    clab_walk_run(walk);
  clab_walk_release();
  trace->duration = clab_now() - started;
}

void clab_unwind_target_oracle(const struct clab_target *target, struct clab_trace *trace,
                               struct clab_oracle_result *result) {
  *result = (struct clab_oracle_result){.equal = false};
  clab_step_warm_up();
  struct clab_walk *walk = clab_walk_acquire_for(CLAB_UNWIND_FOLDED, trace);
  if (walk == NULL)
    return;
  clab_walk_begin(walk, target, NULL, false, trace);
  clab_step_compare(walk, result);
  clab_walk_release();
}
