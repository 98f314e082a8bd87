/*
 * Names for program counters, found by a process of their own.
 *
 * Debug information may be damaged or hostile, and its readers have faults. So the laboratory forks
 * a naming process with limits on time and memory, gives it descriptors of the files that were
 * mapped, and reads its answers with a deadline. When the naming process ends early, only the names
 * that were asked for are missing.
 *
 * The two ends speak through a SOCK_SEQPACKET pair. A request is one datagram: struct
 * clab_naming_request, the file offsets (uint64_t each), the path. It is answered by one datagram
 * for each offset, in their order: struct clab_naming_answer, then for each function struct
 * clab_naming_function, its name, its file. Nothing here is async-signal-safe.
 */
#ifndef CLAB_NAMING_H
#define CLAB_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How much of an image's file is read. */
enum clab_naming_depth {
  /** Symbol tables of the file itself, no debug information. */
  CLAB_NAMING_SYMBOLS = 0,
  /** Debug information too, also from separate files. */
  CLAB_NAMING_LINES = 1,
};

enum {
  /** Offsets in a request. */
  CLAB_NAMING_MOST_PLACES = 256,
  /** Bytes of a path in a request. */
  CLAB_NAMING_MOST_PATH = 4096,
  /** Images that a naming process knows at a time. */
  CLAB_NAMING_MOST_IMAGES = 1024,
  /** The image of a request that has a symbol in the place of a path: it is answered by one
      datagram with one function, which has the symbol's demangled name. */
  CLAB_NAMING_NO_IMAGE = CLAB_NAMING_MOST_IMAGES,
  /** Bytes of an answer; the socket's buffer holds it. */
  CLAB_NAMING_MOST_ANSWER = 96 << 10,
  /** Bytes of a symbol or a file's name; longer ones are cut. */
  CLAB_NAMING_MOST_NAME = 4096,
  /** Functions in an answer. */
  CLAB_NAMING_MOST_FUNCTIONS = 64,
};

struct clab_naming_request {
  /** Below CLAB_NAMING_MOST_IMAGES, or CLAB_NAMING_NO_IMAGE. */
  uint32_t image;
  /** enum clab_naming_depth; counts when a descriptor comes with the request. */
  uint32_t depth;
  /** Offsets that follow. */
  uint32_t places;
  /** Bytes of the path that follows them. */
  uint32_t path_size;
};

struct clab_naming_answer {
  uint32_t image;
  /** Which of the request's offsets. */
  uint32_t place;
  /** Functions that follow: inlined ones, innermost first, then the one that they are in. */
  uint32_t functions;
  /** Whether the last of them has a name and a distance. */
  uint32_t has_symbol;
  /** From the symbol's start to the offset, bytes. */
  uint64_t distance;
  /** Whether the file that has the unit's functions and what is inlined there (.dwo) is missing. */
  uint64_t split_missing;
};

struct clab_naming_function {
  /** 0: not known. */
  uint32_t line;
  uint32_t column;
  uint32_t name_size;
  uint32_t file_size;
};

/**
 * Forks a naming process. Its end of the channel is its only descriptor.
 * Returns its number and sets *channel, or -1 with errno. Async-signal-safe: no
 */
int clab_naming_start(int *channel);

/**
 * Sends a request. `file` is the image's descriptor, or -1 if the naming process has it already.
 * Returns 0 or an errno. Async-signal-safe: no
 */
int clab_naming_ask(int channel, const struct clab_naming_request *request, const uint64_t *offsets,
                    const char *path, int file);

/**
 * Opens a regular file for reading; anything else (a pipe, a device) is refused without opening
 * it. Returns a descriptor, or -1 with errno. Async-signal-safe: no
 */
int clab_naming_open(const char *path);

/**
 * Demangles a symbol of C++, Rust, Swift or D into `out`, which ends with a zero byte. What is not
 * mangled is copied. Async-signal-safe: no
 */
void clab_naming_demangle(const char *symbol, char *out, size_t size);

#endif
