/*
 * An answer of the naming process.
 */
#ifndef CLAB_NAMING_ANSWER_H
#define CLAB_NAMING_ANSWER_H

#include "clab_naming.h"

/* An answer as it is written. */
struct answer {
  struct clab_naming_answer head;
  size_t filled;
  char bytes[CLAB_NAMING_MOST_ANSWER];
};

/* Adds a function; the name is demangled. An inlined one is left out if that would take the room of
   the last one. Async-signal-safe: no */
void clab_answer_add(struct answer *answer, const char *name, const char *directory,
                     const char *file, uint32_t line, uint32_t column, bool is_inlined);

/* Writes it to the channel; ends the process if nobody listens. Async-signal-safe: no */
void clab_answer_send(struct answer *answer, int channel);

#endif
