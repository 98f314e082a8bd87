/* Alternate signal stacks: mapped once, used again, no lock. */
#include "threads/stacks.h"

#include "plain/calls.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51 /* include/uapi/linux/auxvec.h, since Linux 5.14 for x86-64 */
#endif

enum {
  /* Beside the kernel's frame. The reporter's handler needs less than 20 KiB. Handlers of the
     program with SA_ONSTACK run here too, where their thread set no stack itself: Go's runtime,
     which takes a stack that is there, uses 32 KiB. What is not touched costs no memory. */
  HANDLER_NEED = 64 * 1024,
  OLDEST_FRAME = 2048, /* MINSIGSTKSZ, where the kernel tells no other */
  CACHED = 64,
  DESTRUCTOR_ROUNDS = 3, /* of PTHREAD_DESTRUCTOR_ITERATIONS (4): other destructors may crash too */
};

__thread struct clab_own clab_own __attribute__((tls_model("initial-exec")));

static struct clab_block *cached[CACHED];
static pthread_key_t key;
static size_t page, mapped;

/* The memory's upper end is the block; its lowest page the guard. */
static size_t stack_size(void) { return mapped - page - sizeof(struct clab_block); }
static void *stack_low(const struct clab_block *block) { return (char *)block->memory + page; }

bool clab_stacks_is_own(const void *low) {
  return clab_own.block && low == stack_low(clab_own.block);
}

struct clab_block *clab_stacks_take(void) {
  for (int i = 0; i < CACHED; i++) {
    if (!__atomic_load_n(&cached[i], __ATOMIC_RELAXED))
      continue;
    struct clab_block *block = __atomic_exchange_n(&cached[i], NULL, __ATOMIC_ACQUIRE);
    if (block)
      return block;
  }
  char *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
  if (mprotect(memory, page, PROT_NONE)) {
    munmap(memory, mapped);
    return NULL;
  }
  struct clab_block *block = (struct clab_block *)(memory + mapped) - 1;
  block->memory = memory;
  return block;
}

void clab_stacks_give_back(struct clab_block *block) {
  for (int i = 0; i < CACHED; i++) {
    struct clab_block *none = NULL;
    if (!__atomic_load_n(&cached[i], __ATOMIC_RELAXED) &&
        __atomic_compare_exchange_n(&cached[i], &none, block, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED))
      return;
  }
  munmap(block->memory, mapped);
}

/* At the thread's end, as late as the C library lets it. A stack that is in use at this moment
   can't be taken away: then it stays for ever. */
static void end_of_thread(void *value) {
  struct clab_block *block = value;
  if (clab_own.rounds++ < DESTRUCTOR_ROUNDS && pthread_setspecific(key, block) == 0)
    return;
  stack_t now, none = {.ss_flags = SS_DISABLE};
  if (sigaltstack(NULL, &now))
    return;
  bool is_set = !(now.ss_flags & SS_DISABLE) && now.ss_sp == stack_low(block);
  if (is_set && sigaltstack(&none, NULL))
    return;
  clab_own.block = NULL;
  clab_stacks_give_back(block);
}

int clab_stacks_prepare(void) {
  unsigned long frame = getauxval(AT_MINSIGSTKSZ);
  page = getauxval(AT_PAGESZ);
  if (!page)
    return ENOSYS;
  mapped = page + (((frame ? frame : OLDEST_FRAME) + HANDLER_NEED + page - 1) & ~(page - 1));
  return pthread_key_create(&key, end_of_thread);
}

void clab_stacks_use(struct clab_block *block) {
  stack_t stack = {.ss_sp = stack_low(block), .ss_size = stack_size() & ~(size_t)63};
  clab_own.block = block;
  if (sigaltstack(&stack, NULL) || pthread_setspecific(key, block))
    clab_own.block = NULL; /* it stays mapped: the thread may run on it */
}

int clab_stacks_cover_thread(void) {
  stack_t now;
  if (!clab_own.stack_mark)
    clab_own.stack_mark = (uint64_t)__builtin_frame_address(0);
  if (clab_own.block)
    return 0;
  if (sigaltstack(NULL, &now))
    return errno;
  if (!(now.ss_flags & SS_DISABLE))
    return 0;
  struct clab_block *block = clab_stacks_take();
  if (!block)
    return ENOMEM;
  clab_stacks_use(block);
  return 0;
}
