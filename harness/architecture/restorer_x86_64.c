/* On x86-64 the C libraries have the restorer, with call frame information. */
#if defined(__x86_64__)
#include "architecture/restorer.h"

bool clab_restorer_at(const uint8_t *code, struct clab_context_layout *layout) {
  (void)code, (void)layout;
  return false;
}
#endif
