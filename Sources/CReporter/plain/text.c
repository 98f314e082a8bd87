/* Text made in a signal handler, written to standard error. */
#include "plain/text.h"

#include "plain/calls.h"

#include <errno.h>

void clab_text_number(char *buffer, uint64_t value) {
  char digits[24];
  size_t count = 0;
  do
    digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count)
    *buffer++ = digits[--count];
  *buffer = 0;
}

void clab_text_end(struct clab_text *text) {
  size_t done = 0;
  while (done < text->used) {
    long count =
        clab_call(SYS_write, 2, (long)(text->bytes + done), (long)(text->used - done), 0, 0);
    if (count == -EINTR)
      continue;
    if (count <= 0)
      break;
    done += (size_t)count;
  }
  text->used = 0;
}

static void add(struct clab_text *text, char character) {
  if (text->used == sizeof text->bytes)
    clab_text_end(text);
  text->bytes[text->used++] = character;
}

void clab_text_add(struct clab_text *text, const char *words) {
  while (*words)
    add(text, *words++);
}

void clab_text_add_foreign(struct clab_text *text, const char *words, size_t most) {
  for (; most && *words; words++, most--)
    add(text, *words >= ' ' && *words <= '~' ? *words : '?');
}

void clab_text_add_number(struct clab_text *text, uint64_t value) {
  char digits[24];
  clab_text_number(digits, value);
  clab_text_add(text, digits);
}

void clab_text_add_address(struct clab_text *text, uint64_t value) {
  clab_text_add(text, "0x");
  int shift = 60;
  while (shift && !(value >> shift & 15))
    shift -= 4;
  for (; shift >= 0; shift -= 4)
    add(text, "0123456789abcdef"[value >> shift & 15]);
}
