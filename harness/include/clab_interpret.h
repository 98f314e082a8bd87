/*
 * What a short function of another process would return, found without running it there: its
 * instructions are read from memory and followed step by step, on a stack of the interpreter's own.
 *
 * Only what moves, adds and compares whole values is followed, with jumps, calls and returns. A
 * function that writes anywhere but to its own stack, asks for a value that nobody knows, or has
 * any other instruction has no result. So a result is what the processor would have computed from
 * the memory as it is. The instructions are untrusted: steps and memory are bounded.
 *
 * x86-64 only; elsewhere no function has a result.
 */
#ifndef CRASHLAB_INTERPRET_H
#define CRASHLAB_INTERPRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clab_interpreter {
  void *context;
  /* Copies up to `size` bytes from an address; returns how many it could. */
  size_t (*read)(void *context, uint64_t address, void *to, size_t size);
  bool (*is_executable)(void *context, uint64_t address);
  uint64_t thread_pointer; /* the base of segment fs */
  bool has_thread_pointer;
};

/* Follows the function at this address, called with one argument. False if it has no result.
   Async-signal-safe: no */
bool clab_interpret(const struct clab_interpreter *target, uint64_t function, uint64_t argument,
                    uint64_t *result);

#endif
