/*
 * Symbols as their programmers wrote them. libiberty's demanglers write piece by piece, so that a
 * symbol that expands without end is cut at the buffer's size.
 */
#include "clab_naming.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Swift's runtime library, which a program without Swift does not have. */
char *_swift_backtrace_demangle(const char *name, size_t length, char *out, size_t *size)
    __attribute__((weak));

struct piecewise {
  char *out;
  size_t size;
  size_t filled;
  jmp_buf full;
};

/* The demanglers that call this allocate nothing, so it may leave them. */
static void append(const char *piece, size_t length, void *context) {
  struct piecewise *text = context;
  size_t room = text->size - 1 - text->filled;
  size_t count = length < room ? length : room;
  memcpy(text->out + text->filled, piece, count);
  text->filled += count;
  if (count < length)
    longjmp(text->full, 1);
}

typedef int demangler(const char *symbol, int options, demangle_callbackref callback,
                      void *context);

static bool demangle_by(demangler *demangle, const char *symbol, int options, char *out,
                        size_t size) {
  struct piecewise text = {.out = out, .size = size};
  if (setjmp(text.full)) { /* what fitted is shown */
    out[size - 1] = 0;
    return true;
  }
  bool done = demangle(symbol, options, append, &text) != 0;
  out[text.filled] = 0;
  return done && text.filled > 0;
}

static bool take(char *made, char *out, size_t size) {
  if (!made)
    return false;
  strncpy(out, made, size - 1);
  out[size - 1] = 0;
  free(made);
  return out[0] != 0;
}

static bool is_swift(const char *symbol) {
  static const char *const prefixes[] = {"$s", "$S", "$e", "_$s", "_$S", "_$e", "_T0", "@__swift"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (strncmp(symbol, prefixes[i], strlen(prefixes[i])) == 0)
      return true;
  return false;
}

/* Of a closure in a file's own code: nothing comes after "closure #1 in ". */
static void cut_end(char *name) {
  static const char end[] = " in ";
  size_t length = strlen(name);
  size_t size = sizeof end - 1;
  if (length > size && strcmp(name + length - size, end) == 0)
    name[length - size] = 0;
}

void clab_naming_demangle(const char *symbol, char *out, size_t size) {
  bool done = false;
  if (is_swift(symbol) && _swift_backtrace_demangle) {
    done = take(_swift_backtrace_demangle(symbol, strlen(symbol), NULL, NULL), out, size);
    if (done)
      cut_end(out);
  }
  /* Rust's older symbols look like C++, with a hash at the end that is left out. */
  if (!done && (strncmp(symbol, "_R", 2) == 0 || strncmp(symbol, "_ZN", 3) == 0))
    done = demangle_by(rust_demangle_callback, symbol, 0, out, size);
  if (!done && strncmp(symbol, "_Z", 2) == 0)
    done = demangle_by(cplus_demangle_v3_callback, symbol, DMGL_PARAMS | DMGL_ANSI, out, size);
  if (!done && strncmp(symbol, "_D", 2) == 0)
    done = take(dlang_demangle(symbol, 0), out, size);
  if (!done) {
    strncpy(out, symbol, size - 1);
    out[size - 1] = 0;
  }
}
