/*
 * Files that nobody vouches for: unpacked by a process with limits, opened below another root.
 * Async-signal-safe: no
 */
#ifndef CRASHLAB_FILES_H
#define CRASHLAB_FILES_H

#include <stdint.h>

/* A file without a name in this folder, close-on-exec; -1 and errno. */
int clab_temporary_file(const char *folder);

/* Runs a decompressor (`zstd`, `lz4`, `xz`, `gzip`) from one file into another, which may have at
   most `most` bytes. Returns 0, ENOENT if there is no such program, EFBIG if it is more, EIO if it
   failed, or another errno. */
int clab_unpack(const char *program, int from, int to, uint64_t most);

/* Opens a file for reading as if `root` were the root of the file system, links included;
   close-on-exec. -1 and errno. */
int clab_open_below(const char *root, const char *path);

/* A file in memory that is gone with its last descriptor; close-on-exec. Returns -1 and errno if
   there is none. Async-signal-safe: yes */
int clab_memory_file(const char *name);

#endif
