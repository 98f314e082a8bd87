/* What instructions leave for conditions, and what conditions make of it. */
#if defined(__x86_64__)
#include "interpret/state.h"

struct flags clab_flags_of(ZydisMnemonic mnemonic, uint64_t left, uint64_t right, unsigned size,
                           uint64_t result) {
  unsigned last = size - 1;
  left &= clab_mask_of(size);
  right &= clab_mask_of(size);
  struct flags flags = {.zero = result == 0, .sign = result >> last & 1, .is_known = true};
  if (mnemonic == ZYDIS_MNEMONIC_SUB || mnemonic == ZYDIS_MNEMONIC_CMP) {
    flags.carry = left < right;
    flags.overflow = ((left ^ right) & (left ^ result)) >> last & 1;
  } else if (mnemonic == ZYDIS_MNEMONIC_ADD) {
    flags.carry = result < left;
    flags.overflow = (~(left ^ right) & (left ^ result)) >> last & 1;
  }
  return flags;
}

bool clab_flags_hold(struct flags flags, unsigned condition, bool *result) {
  bool holds;
  switch (condition >> 1 & 7) {
  case 0:
    holds = flags.overflow;
    break;
  case 1:
    holds = flags.carry;
    break;
  case 2:
    holds = flags.zero;
    break;
  case 3:
    holds = flags.carry || flags.zero;
    break;
  case 4:
    holds = flags.sign;
    break;
  case 6:
    holds = flags.sign != flags.overflow;
    break;
  case 7:
    holds = flags.zero || flags.sign != flags.overflow;
    break;
  default: /* parity */
    return false;
  }
  *result = holds != (condition & 1);
  return flags.is_known;
}
#endif
