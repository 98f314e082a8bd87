/*
 * Every thread that is made from now on gets an alternate stack before its first instruction.
 *
 * This file's pthread_create stands before the C library's: in the preloaded library for the whole
 * process, in a program that links the reporter for it and its libraries. As long as the reporter
 * is not installed it only passes on. Sanitizers have a pthread_create of their own, which must
 * stay.
 */
#include "settings/settings.h"
#include "threads/stacks.h"

#include <dlfcn.h>
#include <errno.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define OTHERS_MAKE_THREADS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OTHERS_MAKE_THREADS 1
#endif

#ifndef OTHERS_MAKE_THREADS

#if defined(__has_attribute)
#if __has_attribute(musttail)
#define TAIL_CALL __attribute__((musttail))
#endif
#endif
#ifndef TAIL_CALL
#define TAIL_CALL
#endif

typedef int (*creator)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

/* Leaves no frame: a backtrace looks as without the reporter. */
static void *begin(void *value) {
  struct clab_block *block = value;
  clab_own.stack_mark = (uint64_t)__builtin_frame_address(0);
  clab_stacks_use(block);
  void *(*start)(void *) = block->start;
  TAIL_CALL return start(block->argument);
}

__attribute__((visibility("default"))) int pthread_create(pthread_t *restrict thread,
                                                          const pthread_attr_t *restrict attributes,
                                                          void *(*start)(void *),
                                                          void *restrict argument) {
  static creator real;
  creator create = __atomic_load_n(&real, __ATOMIC_RELAXED);
  if (!create) {
    create = (creator)dlsym(RTLD_NEXT, "pthread_create");
    if (!create)
      return ENOSYS;
    __atomic_store_n(&real, create, __ATOMIC_RELAXED);
  }
  struct clab_block *block = clab_settings.installed ? clab_stacks_take() : NULL;
  if (!block)
    return create(thread, attributes, start, argument);
  block->start = start;
  block->argument = argument;
  int error = create(thread, attributes, begin, block);
  if (error)
    clab_stacks_give_back(block);
  return error;
}

#endif
