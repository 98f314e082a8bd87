/*
 * Random recursions under the oracle: from a seed a call graph, frame sizes, periods, signals and
 * call-backs of the C library, a base (thread, main thread, coroutine) and a bottom (overflow,
 * fault, sent signal, call of null, traps). At the bottom the chain is walked folded, frame by
 * frame and by libunwind, and held against what the frames have noted of themselves (truth.h).
 */
#ifndef RANDOM_RECURSIONS_H
#define RANDOM_RECURSIONS_H

#include "clab_unwind.h"

enum clab_recursion_verdict {
  CLAB_RECURSION_EQUAL = 0,
  CLAB_RECURSION_DIFFERS = 1,         /* folded and plain, in the process */
  CLAB_RECURSION_DIFFERS_OUTSIDE = 2, /* folded and plain, from outside */
  CLAB_RECURSION_OUTSIDE_UNLIKE = 3,  /* inside and outside tell different traces */
  CLAB_RECURSION_TOLD_WRONG = 4,      /* the trace's entries are not the frames that were walked */
  CLAB_RECURSION_UNFINISHED = 5,      /* the child ended before its oracle did: see `status` */
  CLAB_RECURSION_UNTRUE = 6,          /* a walk is not what the frames have noted */
};

/* What came of holding walks against the frames' records. */
struct clab_truth_result {
  uint64_t records;   /* that were come by, with the program counter and the stack pointer noted */
  uint64_t registers; /* that were compared and equal */
  uint64_t unknown;   /* that the walk did not claim to know */
  uint64_t index;     /* of the frame that differs */
  uint64_t told, is;  /* by the walk, and by the record */
  int32_t differing_register; /* in DWARF's numbering; the stack pointer: a record is left; or -1 */
  bool holds;
};

struct clab_recursion_outcome {
  uint32_t verdict; /* enum clab_recursion_verdict */
  uint32_t walks;   /* chains compared: more than one if it was trapped or walked from outside */
  int status;       /* waitpid's */
  uint32_t astray;  /* chains that libunwind lost, and the walk told truly */
  char base[16], bottom[16];
  struct clab_oracle_result oracle; /* of the first that differs, or the last */
  struct clab_truth_result truth;   /* of all walks, or the first that differs */
  struct clab_trace trace;          /* of the last walk in the process */
};

/* Runs one recursion in a forked child. The caller has called clab_laboratory_prepare and has no
   other thread. Returns 0 or an errno. */
int clab_recursion_run(uint64_t seed, struct clab_recursion_outcome *outcome);

#endif
