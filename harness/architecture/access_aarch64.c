/* On aarch64 the fault's syndrome is in the signal frame only; from outside it stays unknown. */
#if defined(__aarch64__)
#include "architecture/dwarf.h"
#include "clab_observer.h"

enum clab_access clab_access_of_instruction(const uint8_t *code, size_t size,
                                            const struct clab_registers *registers,
                                            uint64_t address) {
  (void)code, (void)size;
  uint64_t pc = registers->value[CLAB_REG_PC];
  return address - pc < 4 ? CLAB_ACCESS_EXECUTE : CLAB_ACCESS_UNKNOWN;
}

bool clab_address_of_instruction(const uint8_t *code, size_t size,
                                 const struct clab_registers *registers, uint64_t *address) {
  (void)code, (void)size, (void)registers, (void)address;
  return false;
}
#endif
