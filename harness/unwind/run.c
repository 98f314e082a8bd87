#include "unwind/run.h"

#include "unwind/finish.h"
#include "unwind/frame.h"
#include "walk/fold.h"
#include "walk/replay.h"
#include "walk/tell.h"

void clab_walk_run(struct clab_walk *walk) {
  enum clab_trace_stop stop = CLAB_STOP_NONE;
  while (stop == CLAB_STOP_NONE) {
    uint64_t end = walk->index + (walk->singly ? 1 : walk->block);
    while (stop == CLAB_STOP_NONE && walk->index < end &&
           !clab_walk_replay(walk, end - walk->index))
      stop = clab_walk_one(walk);
    if (!clab_walk_visit(walk))
      stop = CLAB_STOP_VISITOR;
    if (stop != CLAB_STOP_NONE)
      break;
    if (!walk->singly && !clab_fold(walk))
      stop = CLAB_STOP_VISITOR;
    clab_make_room(walk);
    if (walk->index > CLAB_FRAME_LIMIT)
      stop = CLAB_STOP_FRAME_LIMIT;
  }
  clab_walk_finish(walk, stop);
}
