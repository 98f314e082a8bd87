/*
 * Threads of a case: with the stack, the guard and the name that the case asks for.
 */
#include "trial/child.h"

#include <errno.h>
#include <stdlib.h>

struct start {
  void (*body)(void *);
  void *argument;
  uint32_t arm_flags;
  const char *name;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  int error = clab_arm_thread(start.name, start.arm_flags);
  if (error)
    clab_give_up("a thread could not be armed", error);
  start.body(start.argument);
  return NULL;
}

int clab_spawn_thread(const struct clab_thread_options *options, void (*body)(void *),
                      void *argument, pthread_t *thread) {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error)
    return error;
  if (options->stack_memory)
    error = pthread_attr_setstack(&attributes, options->stack_memory, options->stack_size);
  else if (options->stack_size)
    error = pthread_attr_setstacksize(&attributes, options->stack_size);
  if (!error && options->guard_size != SIZE_MAX)
    error = pthread_attr_setguardsize(&attributes, options->guard_size);
  struct start *start = error ? NULL : malloc(sizeof *start);
  if (!error && !start)
    error = ENOMEM;
  if (!error) {
    *start = (struct start){body, argument, options->arm_flags, options->name};
    error = pthread_create(thread, &attributes, run, start);
    if (error)
      free(start);
  }
  pthread_attr_destroy(&attributes);
  return error;
}

int clab_run_thread(const struct clab_thread_options *options, void (*body)(void *),
                    void *argument) {
  pthread_t thread;
  int error = clab_spawn_thread(options, body, argument, &thread);
  return error ? error : pthread_join(thread, NULL);
}
