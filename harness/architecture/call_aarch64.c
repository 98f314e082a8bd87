/* Calls on aarch64 (Arm ARM, C6.2): BL, and BLR with or without authentication. */
#if defined(__aarch64__)
#include "architecture/call.h"

#include <string.h>

bool clab_call_ends_at(const uint8_t *end) {
  uint32_t code;
  memcpy(&code, end - sizeof code, sizeof code);
  return code >> 26 == 0x25 || (code & 0xfefff000) == 0xd63f0000;
}
#endif
