/* What a short report does not tell where secrets are left out. */
#ifndef CLAB_SECRETS_H
#define CLAB_SECRETS_H

#include <stdint.h>

/* The address as it is; where secrets are left out and it is in no mapping and most likely text,
   `x` for each of its bytes. Async-signal-safe: yes */
uint64_t clab_secrets_hidden(uint64_t address);

#endif
