/*
 * Debug information that is compressed, decompressed at once.
 */
#ifndef CLAB_NAMING_INFLATE_H
#define CLAB_NAMING_INFLATE_H

/* The descriptor to read instead of `file`: of a copy in memory whose sections are not compressed,
 * and `file` is closed; or `file` itself, if nothing is compressed, or not by zlib, or it can't be
 * done. Async-signal-safe: no */
int clab_inflated(int file);

#endif
