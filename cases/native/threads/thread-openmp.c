/* A parallel region of OpenMP as the compiler would write it, in whose second thread a recursion
   has no end. The library is looked for when it is needed. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <dlfcn.h>

static int (*thread_number)(void);

__attribute__((noinline)) static void openmp_worker(void *unused) {
  (void)unused;
  if (thread_number() == 0)
    return;
  /* OpenMP has made it: it has no alternate stack yet. */
  if (clab_arm_thread("pool", 0) == 0)
    clab_case_descend();
  clab_optimizer_barrier(0); /* no tail call: the frame stays */
}

/* False if there is no such library. */
bool clab_case_openmp(unsigned threads) {
  void *library = dlopen("libgomp.so.1", RTLD_NOW);
  void (*parallel)(void (*)(void *), void *, unsigned, unsigned) =
      library
          ? (void (*)(void (*)(void *), void *, unsigned, unsigned))dlsym(library, "GOMP_parallel")
          : NULL;
  thread_number = library ? (int (*)(void))dlsym(library, "omp_get_thread_num") : NULL;
  if (!parallel || !thread_number)
    return false;
  parallel(openmp_worker, NULL, threads, 0);
  return true;
}
