/*
 * Reads the unwind information of images: small scattered reads, so pages are kept. Where it is
 * the own process's, it is read in place: the loader mapped it, read-only.
 */
#ifndef CLAB_CODE_H
#define CLAB_CODE_H

#include "clab_unwind.h"

enum { CLAB_CODE_PAGES = 64, CLAB_CODE_PAGE = 4096 };

/* Information that is no memory of the target: the addresses from `address` on are these bytes. */
struct clab_overlay {
  uint64_t address;
  size_t size;
  const uint8_t *bytes;
};

struct clab_code {
  const struct clab_target *target; /* NULL: there is only the overlay */
  struct clab_overlay overlay;
  bool in_place;
  struct clab_image image;             /* may be read in place */
  uint64_t addresses[CLAB_CODE_PAGES]; /* of the kept pages, plus 1; 0 for none */
  uint32_t sizes[CLAB_CODE_PAGES];
  uint8_t pages[CLAB_CODE_PAGES][CLAB_CODE_PAGE];
};

/* Forgets all kept pages. Async-signal-safe: yes */
void clab_code_init(struct clab_code *code, const struct clab_target *target, bool in_place);
/* Copies exactly `size` bytes of unwind information, or says false.
   Async-signal-safe: yes, if the target's read is */
bool clab_code_read(struct clab_code *code, uint64_t address, void *buffer, size_t size);
/* The same for an address that may be a corrupt one: never in place.
   Async-signal-safe: yes, if the target's read is */
bool clab_code_read_checked(struct clab_code *code, uint64_t address, void *buffer, size_t size);

#endif
