/* Text made in a signal handler: no allocation, no locale. */
#ifndef CLAB_TEXT_H
#define CLAB_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Decimal, with its end; `buffer` has 24 bytes. Async-signal-safe: yes */
void clab_text_number(char *buffer, uint64_t value);

struct clab_text {
  size_t used;
  char bytes[1024];
};

/* Each adds to the text; what is full is written to standard error first.
   Async-signal-safe: yes */
void clab_text_add(struct clab_text *text, const char *words);
/* Only printable characters of it, at most `most`; others become '?'. Async-signal-safe: yes */
void clab_text_add_foreign(struct clab_text *text, const char *words, size_t most);
/* Decimal. Async-signal-safe: yes */
void clab_text_add_number(struct clab_text *text, uint64_t value);
/* 0x and hexadecimal digits. Async-signal-safe: yes */
void clab_text_add_address(struct clab_text *text, uint64_t value);
/* Writes what is left. Async-signal-safe: yes */
void clab_text_end(struct clab_text *text);

#endif
