/* Prologues on x86-64 (System V ABI, AMD64 supplement, section 3.2.2). */
#if defined(__x86_64__)
#include "architecture/prologue.h"

#include <stdbool.h>
#include <string.h>

static bool begins(const uint8_t *code, const char *bytes, size_t size) {
  return memcmp(code, bytes, size) == 0;
}

enum clab_prologue clab_prologue_at(const uint8_t *code) {
  enum { PUSH_RBP = 0x55, RETURN = 0xc3, RETURN_AND_POP = 0xc2 };
  /* mov %rsp, %rbp in both encodings */
  if (begins(code, "\x48\x89\xe5", 3) || begins(code, "\x48\x8b\xec", 3))
    return code[-1] == PUSH_RBP ? CLAB_FRAME_PUSHED : CLAB_FRAME_MADE;
  bool marked = begins(code, "\xf3\x0f\x1e\xfa", 4); /* endbr64: the first instruction */
  /* A stub that jumps on through a table: jmp *table(%rip), maybe with a prefix. */
  bool jumps = begins(code, "\xff\x25", 2) || begins(code, "\xf2\xff\x25", 3);
  if (marked || jumps || code[0] == PUSH_RBP || code[0] == RETURN || code[0] == RETURN_AND_POP)
    return CLAB_FRAME_NOT_BEGUN;
  return CLAB_FRAME_MADE;
}
#endif
