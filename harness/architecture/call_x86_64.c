/* Calls on x86-64 (Intel SDM volume 2, CALL): E8 with a distance, or FF /2 with an operand. */
#if defined(__x86_64__)
#include "architecture/call.h"

/* The length of FF /2 with this operand; SIB and displacement included. */
static int length_of_indirect(const uint8_t *code) {
  uint8_t mode = code[1] >> 6, place = code[1] & 7;
  int length = 2;
  if (mode != 3 && place == 4) {
    length++;
    if (mode == 0 && (code[2] & 7) == 5)
      length += 4;
  }
  if (mode == 1)
    length++;
  else if (mode == 2 || (mode == 0 && place == 5))
    length += 4;
  return length;
}

bool clab_call_ends_at(const uint8_t *end) {
  if (end[-5] == 0xe8)
    return true;
  for (int length = 2; length <= CLAB_LONGEST_CALL; length++) {
    const uint8_t *code = end - length;
    if (code[0] == 0xff && (code[1] >> 3 & 7) == 2 && length_of_indirect(code) == length)
      return true;
  }
  return false;
}
#endif
