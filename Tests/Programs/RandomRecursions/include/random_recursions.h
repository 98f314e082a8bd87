/*
 * Random recursions under the oracle: from a seed a call graph, frame sizes, periods, signals and
 * call-backs of the C library, a base (thread, main thread, coroutine) and a bottom (overflow,
 * fault, sent signal, call of null, traps). At the bottom the chain is walked folded and by
 * libunwind, and compared frame by frame.
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
};

struct clab_recursion_outcome {
  uint32_t verdict; /* enum clab_recursion_verdict */
  uint32_t walks;   /* chains compared: more than one if it was trapped or walked from outside */
  int status;       /* waitpid's */
  char base[16], bottom[16];
  struct clab_oracle_result oracle; /* of the first that differs, or the last */
  struct clab_trace trace;          /* of the last walk in the process */
};

/* Runs one recursion in a forked child. The caller has called clab_laboratory_prepare and has no
   other thread. Returns 0 or an errno. */
int clab_recursion_run(uint64_t seed, struct clab_recursion_outcome *outcome);

#endif
