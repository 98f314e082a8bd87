/* What a processor may refuse for other reasons than an address (Intel SDM volume 2, "Protected
   Mode Exceptions" and "64-Bit Mode Exceptions" of each instruction). */
#include "decode.h"

/* In user mode only if the kernel permits it: I/O by the I/O privilege level or bitmap, the clock
   by prctl(PR_SET_TSC), cpuid by arch_prctl(ARCH_SET_CPUID), counters by perf_event_open(2). */
static bool is_by_permission(const ZydisDecodedInstruction *whole) {
  switch (whole->mnemonic) {
  case ZYDIS_MNEMONIC_RDPMC:
  case ZYDIS_MNEMONIC_RDTSC:
  case ZYDIS_MNEMONIC_RDTSCP:
  case ZYDIS_MNEMONIC_CPUID:
    return true;
  default:
    return whole->meta.category == ZYDIS_CATEGORY_IO ||
           whole->meta.category == ZYDIS_CATEGORY_IOSTRINGOP;
  }
}

/* Not in user mode, which Zydis does not say: the interrupt flag without the I/O privilege level,
   which Linux gives nobody since 5.5, and the tables' addresses where there is UMIP. */
static bool is_privileged(const ZydisDecodedInstruction *whole) {
  switch (whole->mnemonic) {
  case ZYDIS_MNEMONIC_CLI:
  case ZYDIS_MNEMONIC_STI:
  case ZYDIS_MNEMONIC_LGDT:
  case ZYDIS_MNEMONIC_SGDT:
  case ZYDIS_MNEMONIC_SIDT:
  case ZYDIS_MNEMONIC_SLDT:
  case ZYDIS_MNEMONIC_SMSW:
  case ZYDIS_MNEMONIC_STR:
    return true;
  default:
    return whole->attributes & ZYDIS_ATTRIB_IS_PRIVILEGED;
  }
}

static bool loads_selector(const struct clab_decoded *decoded) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  if (whole->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
    return true;
  switch (whole->mnemonic) {
  case ZYDIS_MNEMONIC_IRET:
  case ZYDIS_MNEMONIC_IRETD:
  case ZYDIS_MNEMONIC_IRETQ:
  case ZYDIS_MNEMONIC_LFS:
  case ZYDIS_MNEMONIC_LGS:
  case ZYDIS_MNEMONIC_LSS:
    return true;
  case ZYDIS_MNEMONIC_MOV:
  case ZYDIS_MNEMONIC_POP:
    return decoded->operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
           ZydisRegisterGetClass(decoded->operands[0].reg.value) == ZYDIS_REGCLASS_SEGMENT;
  default:
    return false;
  }
}

static bool checks_value(const ZydisDecodedInstruction *whole) {
  switch (whole->mnemonic) {
  case ZYDIS_MNEMONIC_LDMXCSR:
  case ZYDIS_MNEMONIC_VLDMXCSR:
  case ZYDIS_MNEMONIC_FXRSTOR:
  case ZYDIS_MNEMONIC_FXRSTOR64:
  case ZYDIS_MNEMONIC_XRSTOR:
  case ZYDIS_MNEMONIC_XRSTOR64:
  case ZYDIS_MNEMONIC_XSAVE:
  case ZYDIS_MNEMONIC_XSAVE64:
  case ZYDIS_MNEMONIC_XSAVEC:
  case ZYDIS_MNEMONIC_XSAVEC64:
  case ZYDIS_MNEMONIC_XSAVEOPT:
  case ZYDIS_MNEMONIC_XSAVEOPT64:
  case ZYDIS_MNEMONIC_XGETBV:
  case ZYDIS_MNEMONIC_WRPKRU:
  case ZYDIS_MNEMONIC_RDPKRU:
  case ZYDIS_MNEMONIC_LDTILECFG:
  case ZYDIS_MNEMONIC_MONITORX:
  case ZYDIS_MNEMONIC_MWAITX:
  case ZYDIS_MNEMONIC_UMONITOR:
  case ZYDIS_MNEMONIC_UMWAIT:
  case ZYDIS_MNEMONIC_TPAUSE:
  case ZYDIS_MNEMONIC_ENQCMD:
  case ZYDIS_MNEMONIC_SYSENTER:
    return true;
  default:
    /* At most 15 bytes long, and lock only where it is allowed: both are checked by Zydis. */
    return whole->meta.category == ZYDIS_CATEGORY_SGX ||
           whole->meta.category == ZYDIS_CATEGORY_CET ||
           whole->meta.category == ZYDIS_CATEGORY_UINTR ||
           whole->meta.category == ZYDIS_CATEGORY_KEYLOCKER ||
           whole->meta.category == ZYDIS_CATEGORY_KEYLOCKER_WIDE;
  }
}

void clab_decode_traits(const struct clab_decoded *decoded, struct clab_instruction *into) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  if (is_privileged(whole))
    into->traits |= CLAB_PRIVILEGED;
  if (is_by_permission(whole))
    into->traits |= CLAB_BY_PERMISSION;
  if (loads_selector(decoded))
    into->traits |= CLAB_LOADS_SELECTOR;
  if (whole->mnemonic == ZYDIS_MNEMONIC_INT) {
    into->traits |= CLAB_SOFTWARE_INTERRUPT;
    into->interrupt = (uint8_t)decoded->operands[0].imm.value.u;
  }
  if (checks_value(whole))
    into->traits |= CLAB_CHECKS_VALUE;
}
