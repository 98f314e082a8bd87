/* Coroutines that use a known part of their stacks: used-coroutines KIND COUNT SIZE BYTES. Each
   runs by swapcontext on memory of its own, of SIZE bytes above a guard of one page, and uses BYTES
   of it. KIND: "keep" keeps the memory, "free" gives it back before the next is made, "pool" cuts
   all out of one mapping, "bare" has no guard, maps something while it runs, and gives it back.
   Prints what the last has used: from the lowest byte that it wrote to the top. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAGE = 4096 };

static ucontext_t resumer, coroutine;
static unsigned char *top, *volatile lowest;
static long bytes;
static int bare;

__attribute__((noinline)) static void use(void) {
  volatile unsigned char frame[512];
  for (size_t i = 0; i < sizeof frame; i++)
    frame[i] = (unsigned char)(i | 1);
  if (&frame[0] < lowest)
    lowest = (unsigned char *)&frame[0];
  if (top - &frame[0] < bytes)
    use();
  frame[0] = frame[1];
}

static void generator(void) {
  use();
  if (bare)
    munmap(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), PAGE);
}

static unsigned char *memory(size_t size) {
  unsigned char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    exit(2);
  return at;
}

static void run(unsigned char *low, size_t size) {
  top = lowest = low + size;
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = low;
  coroutine.uc_stack.ss_size = size;
  coroutine.uc_link = &resumer;
  makecontext(&coroutine, generator, 0);
  swapcontext(&resumer, &coroutine);
}

int main(int count, char **arguments) {
  if (count < 5)
    return 1;
  const char *kind = arguments[1];
  long coroutines = atol(arguments[2]);
  size_t size = (size_t)atol(arguments[3]);
  bytes = atol(arguments[4]);
  bare = !strcmp(kind, "bare");
  size_t guard = bare ? 0 : PAGE;
  unsigned char *pool = !strcmp(kind, "pool") ? memory((size_t)coroutines * (guard + size)) : NULL;
  for (long i = 0; i < coroutines; i++) {
    unsigned char *low = pool ? pool + (size_t)i * (guard + size) : memory(guard + size);
    if (guard)
      mprotect(low, guard, PROT_NONE);
    run(low + guard, size);
    if (bare || !strcmp(kind, "free"))
      munmap(low, guard + size);
  }
  printf("%ld\n", (long)(top - lowest));
  return 0;
}
