/* Threads that use a known part of their stacks: used-stacks SIZE BYTES THREADS [WAIT]. SIZE 0
   is the default. The first has the name "deep" and uses BYTES; the others are one after the other,
   "short-N", and use little. Prints what the first has used: from the lowest byte that it wrote to
   its stack's top. With WAIT it does that while the first lives, which ends with standard input. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned char *top, *volatile lowest;
static int waits;

__attribute__((noinline)) static void use(long bytes) {
  volatile unsigned char frame[512];
  for (size_t i = 0; i < sizeof frame; i++)
    frame[i] = (unsigned char)(i | 1);
  if (&frame[0] < lowest)
    lowest = (unsigned char *)&frame[0];
  if (top - &frame[0] < bytes)
    use(bytes);
  frame[0] = frame[1];
}

static void *deep(void *bytes) {
  pthread_attr_t attributes;
  void *low;
  size_t size;
  pthread_setname_np(pthread_self(), "deep");
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  top = (unsigned char *)low + size;
  lowest = top;
  use((long)bytes);
  if (waits) {
    printf("%ld\n", (long)(top - lowest));
    fflush(stdout);
    while (getchar() != EOF)
      ;
  }
  return NULL;
}

static void *briefly(void *name) {
  pthread_setname_np(pthread_self(), name);
  return NULL;
}

int main(int count, char **arguments) {
  pthread_attr_t attributes;
  pthread_t thread;
  long size = count > 1 ? atol(arguments[1]) : 0, threads = count > 3 ? atol(arguments[3]) : 0;
  waits = count > 4;
  pthread_attr_init(&attributes);
  if (size > 0)
    pthread_attr_setstacksize(&attributes, (size_t)size);
  pthread_create(&thread, &attributes, deep, (void *)(count > 2 ? atol(arguments[2]) : 0));
  pthread_join(thread, NULL);
  for (long i = 0; i < threads; i++) {
    char name[16];
    snprintf(name, sizeof name, "short-%u", (unsigned)i);
    pthread_create(&thread, &attributes, briefly, name);
    pthread_join(thread, NULL);
  }
  if (!waits)
    printf("%ld\n", (long)(top - lowest));
  return 0;
}
