/*
 * What is mapped where in a process (proc_pid_maps(5)), asked for one address at a time. No memory
 * is allocated, so that a walk in a signal handler may ask as well; as the walk, one thread at a
 * time.
 */
#ifndef CLAB_MAPS_H
#define CLAB_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { CLAB_LONGEST_PATH = 1024 };

struct clab_mapping {
  uint64_t low, high, offset;
  uint64_t device; /* major and minor */
  uint64_t inode;  /* 0 where no file is mapped */
  bool executable;
  char path[CLAB_LONGEST_PATH]; /* "" where it is not known or too long */
};

/* The mapping that an address lies in. Async-signal-safe: yes */
bool clab_maps_find(pid_t process, uint64_t address, struct clab_mapping *mapping);
/* Whether an address lies in a mapping that may be executed. Async-signal-safe: yes */
bool clab_maps_is_executable(pid_t process, uint64_t address);
/* Where the image that an address lies in begins: an image's mappings are of one file, and the
   first of them is of its offset 0. Async-signal-safe: yes */
bool clab_maps_find_base(pid_t process, uint64_t address, uint64_t *base);

#endif
