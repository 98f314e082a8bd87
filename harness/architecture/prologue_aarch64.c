/* Prologues and epilogues on aarch64 (AAPCS64, section 6.4.6). Until the frame pointer points at
   the record, it is the caller's, and the return address is in the link register. */
#if defined(__aarch64__)
#include "architecture/prologue.h"

#include <string.h>

struct encoding {
  uint32_t mask, value;
  enum clab_prologue state;
};

static const struct encoding encodings[] = {
    {0xffffff3f, 0xd503241f, CLAB_FRAME_NOT_BEGUN}, /* bti */
    {0xffffffbf, 0xd503233f, CLAB_FRAME_NOT_BEGUN}, /* paciasp, pacibsp */
    {0xffffffbf, 0xd50323bf, CLAB_FRAME_NOT_BEGUN}, /* autiasp, autibsp */
    {0xffc07fff, 0xa9807bfd, CLAB_FRAME_NOT_BEGUN}, /* stp x29, x30, [sp, #-n]! */
    {0xffffffff, 0xd65f03c0, CLAB_FRAME_NOT_BEGUN}, /* ret */
    {0xfffffbff, 0xd65f0bff, CLAB_FRAME_NOT_BEGUN}, /* retaa, retab */
    {0xffc07fff, 0xa9007bfd, CLAB_FRAME_PUSHED},    /* stp x29, x30, [sp, #n] */
    {0xff8003ff, 0x910003fd, CLAB_FRAME_PUSHED},    /* add x29, sp, #n; mov x29, sp */
};

enum clab_prologue clab_prologue_at(const uint8_t *code) {
  uint32_t word;
  memcpy(&word, code, sizeof word);
  for (unsigned i = 0; i < sizeof encodings / sizeof *encodings; i++)
    if ((word & encodings[i].mask) == encodings[i].value)
      return encodings[i].state;
  return CLAB_FRAME_MADE;
}
#endif
