/*
 * An image's functions and source lines.
 */
#ifndef CLAB_NAMING_LINES_H
#define CLAB_NAMING_LINES_H

#include "answer.h"
#include "image.h"

/* Opens the debug information and indexes its units, if lines are asked for. Async-signal-safe: no
 */
void clab_lines_read(struct image *image);

/* Adds what is known of the address. Async-signal-safe: no */
void clab_answer_find(struct answer *answer, struct image *image, uint64_t address);

#endif
