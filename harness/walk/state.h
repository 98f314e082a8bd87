/*
 * The state of a walk: the frame to be walked next, and a short history of those before it, in
 * which repetition is recognised and from which entries are told.
 */
#ifndef CLAB_STATE_H
#define CLAB_STATE_H

#include "walk/memory.h"
#include "walk/record.h"
#include "walk/rules.h"

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

/* Everything that a walk needs, far too large for an alternate stack: there is one, static. What a
   short walk writes lies together, before what only a long one fills: in a forked child each page
   costs a fault. */
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
  bool exact;    /* `pc` is the instruction itself */
  bool fp_known; /* else `fp` is 0 */
  bool sp_known; /* else `sp` is the least that it can be */

  /* The last frame whose registers are all known. From there on the walk carries only pc, sp and
     fp; the others are found in the save slots of the rules when they are asked for. */
  struct clab_registers anchor;
  uint64_t proved_since; /* from this index on, all frames in the history were replayed */

  uint64_t told;     /* frames before this index are recorded, or left out */
  uint64_t visited;  /* frames before this index were shown to the visitor */
  uint32_t block;    /* frames to walk before looking for repetition again */
  uint32_t alone;    /* blocks to replay in one piece: a guess was wrong */
  uint32_t patience; /* as many after the next wrong guess */
  uint32_t turns;    /* how often the chain went on at lower addresses */
  bool doubtful;     /* a guess may have left frames out */
  bool singly;       /* in blocks of one frame, and nothing is folded */

  struct clab_image image;     /* the last one found */
  struct clab_rule unnumbered; /* a rule that found no room in the table */
  struct clab_rules rules;
  struct clab_recorder recorder;

  uint8_t flags[CLAB_HISTORY];                     /* enum clab_frame_flags, a ring as well */
  struct clab_history_frame history[CLAB_HISTORY]; /* a ring, by index */
  struct clab_history_frame replayed[2][CLAB_BLOCK_MOST]; /* the two pieces of a block */
  uint64_t last_cfas[CLAB_AHEAD_RULES + 1]; /* of all rules, before a second piece was begun */

  struct clab_prover prover;
  uint8_t window[CLAB_WINDOW_SIZE];
};

/* The one walk there is, or NULL while another thread has it. Async-signal-safe: yes */
struct clab_walk *clab_walk_acquire(void);
/* The same for a walk in this mode. If there is none, the trace says why. Async-signal-safe: yes */
struct clab_walk *clab_walk_acquire_for(uint32_t mode, struct clab_trace *trace);
/* The walk that somebody has, for its visitor. Async-signal-safe: yes */
struct clab_walk *clab_walk_taken(void);
/* Async-signal-safe: yes */
void clab_walk_release(void);
/* Starts at the target's registers. `direct`: memory that may be read as it is, or NULL.
   `own_images`: so may the images' unwind information. Async-signal-safe: yes */
void clab_walk_begin(struct clab_walk *walk, const struct clab_target *target,
                     const struct clab_stack_range *direct, bool own_images,
                     struct clab_trace *trace);
/* Makes `registers` the state of the frame to be walked next. Async-signal-safe: yes */
void clab_walk_anchor(struct clab_walk *walk, const struct clab_registers *registers);
/* Counts a frame at its program counter's slot. Async-signal-safe: yes */
void clab_count_frame(struct clab_replay *slot, uint64_t sp, uint64_t cfa, bool signal_frame);
/* Puts the frame that has just been walked into the history. Async-signal-safe: yes */
void clab_walk_push(struct clab_walk *walk, uint64_t pc, uint64_t cfa, uint32_t flags);
/* All registers of the frame to be walked next.
   Async-signal-safe: yes, if the target's read is */
void clab_walk_registers(struct clab_walk *walk, struct clab_registers *registers);
/* Looks for the image of an address, and remembers it. False if there is none.
   Async-signal-safe: yes, if the target's functions are */
bool clab_walk_image(struct clab_walk *walk, uint64_t address);
/* Shows the visitor all frames that it has not seen. False when it has seen enough.
   Async-signal-safe: yes, if the visitor is */
bool clab_walk_visit(struct clab_walk *walk);

/* The frame of this index. Async-signal-safe: yes */
static inline struct clab_history_frame *clab_walk_frame(struct clab_walk *walk, uint64_t index) {
  return &walk->history[index % CLAB_HISTORY];
}

/* The flags of the frame of this index. Async-signal-safe: yes */
static inline uint8_t *clab_walk_flags(struct clab_walk *walk, uint64_t index) {
  return &walk->flags[index % CLAB_HISTORY];
}

#endif
