/*
 * The walk itself: one state, advanced frame by frame through a short history, in which
 * repetition is recognised and from which entries are told.
 */
#ifndef CLAB_WALK_H
#define CLAB_WALK_H

#include "unwind/memory.h"
#include "unwind/record.h"
#include "unwind/rules.h"

enum {
  CLAB_HISTORY = 1024,
  CLAB_BLOCK_FIRST = 16,
  CLAB_BLOCK_MOST = 256,
  CLAB_AHEAD_RULES = 256, /* with more of them no block is walked in two pieces */
};

struct clab_history_frame {
  uint64_t pc;
  uint64_t cfa;
};

/* Everything that a walk needs, far too large for an alternate stack: there is one, static. */
struct clab_walk {
  struct clab_memory memory;
  struct clab_target target;
  struct clab_trace *trace;
  clab_frame_visitor visitor;
  void *visitor_context;

  /* The frame to be walked next. */
  uint64_t pc;
  uint64_t sp;
  uint64_t fp;
  uint64_t index;
  bool exact; /* `pc` is the instruction itself */

  /* The last frame whose registers are all known. From there on the walk carries only pc, sp and
     fp; the others are found in the save slots of the rules when they are asked for. */
  struct clab_registers anchor;
  uint64_t proved_since; /* from this index on, all frames in the history were replayed */

  struct clab_history_frame history[CLAB_HISTORY]; /* a ring, by index */
  uint8_t flags[CLAB_HISTORY];                     /* enum clab_frame_flags, a ring as well */
  uint64_t told;     /* frames before this index are recorded, or left out */
  uint64_t visited;  /* frames before this index were shown to the visitor */
  uint32_t block;    /* frames to walk before looking for repetition again */
  uint32_t alone;    /* blocks to replay in one piece: a guess was wrong */
  uint32_t patience; /* as many after the next wrong guess */
  uint32_t turns;    /* how often the chain went on at lower addresses */

  struct clab_history_frame replayed[2][CLAB_BLOCK_MOST]; /* the two pieces of a block */
  uint64_t last_cfas[CLAB_AHEAD_RULES + 1]; /* of all rules, before a second piece was begun */

  struct clab_recorder recorder;
  struct clab_rules rules;
  struct clab_cfi cfi;
  struct clab_rule unnumbered; /* a rule that found no room in the table */
  struct clab_image image;     /* the last one found */
  uint8_t window[CLAB_WINDOW_SIZE];
};

/* The one walk there is, or NULL while another thread has it. Async-signal-safe: yes */
struct clab_walk *clab_walk_acquire(void);
/* The same for a walk in this mode. If there is none, the trace says why. Async-signal-safe: yes */
struct clab_walk *clab_walk_acquire_for(uint32_t mode, struct clab_trace *trace);
/* Async-signal-safe: yes */
void clab_walk_release(void);
/* Starts at the target's registers. `direct`: memory that may be read as it is, or NULL.
   `own_images`: so may the images' unwind information. Async-signal-safe: yes */
void clab_walk_begin(struct clab_walk *walk, const struct clab_target *target,
                     const struct clab_stack_range *direct, bool own_images,
                     struct clab_trace *trace);
/* Walks to the end: by proved rules, by verified runs, by libunwind.
   Async-signal-safe: yes, if the target's functions are */
void clab_walk_run(struct clab_walk *walk);
/* Takes one frame that was walked by other means. False once it is enough.
   Async-signal-safe: yes, if the visitor is */
bool clab_walk_take(struct clab_walk *walk, uint64_t pc, uint64_t sp, uint64_t cfa, uint32_t flags);
/* Completes the trace. Async-signal-safe: yes */
void clab_walk_finish(struct clab_walk *walk, enum clab_trace_stop stop);
/* All registers of the frame to be walked next.
   Async-signal-safe: yes, if the target's read is */
void clab_walk_registers(struct clab_walk *walk, struct clab_registers *registers);
/* Looks for the image of an address, and remembers it. False if there is none.
   Async-signal-safe: yes, if the target's functions are */
bool clab_walk_image(struct clab_walk *walk, uint64_t address);
/* Shows the visitor all frames that it has not seen. False when it has seen enough.
   Async-signal-safe: yes, if the visitor is */
bool clab_walk_visit(struct clab_walk *walk);

static inline struct clab_history_frame *clab_walk_frame(struct clab_walk *walk, uint64_t index) {
  return &walk->history[index % CLAB_HISTORY];
}

static inline uint8_t *clab_walk_flags(struct clab_walk *walk, uint64_t index) {
  return &walk->flags[index % CLAB_HISTORY];
}

/* The registers of the caller, if the walk is at its first frame, whose code could not be fetched,
   and the call is found. Async-signal-safe: yes, if the target's functions are */
bool clab_walk_unfetched(struct clab_walk *walk, struct clab_registers *registers);
/* Walks at most `budget` frames whose rules are known and whose words lie in the window: to the end
   of the block, or false if the next frame is none of these. Async-signal-safe: yes */
bool clab_replay(struct clab_walk *walk, uint64_t budget);
/* Looks for repetition in the newest frames and skips a verified run of it. False when the visitor
   has seen enough. Async-signal-safe: yes, if the target's functions and the visitor are */
bool clab_fold(struct clab_walk *walk);
/* Tells the recorder the frames [told, end), those that repeat as folds. Async-signal-safe: yes */
void clab_tell(struct clab_walk *walk, uint64_t end);

#endif
