/* Loads a library of the C library's own package that nobody needs here, and lets go of it. */
#include "native_cases.h"

#include <dlfcn.h>

/* False if there is no such library. */
bool clab_case_load(void) {
  void *library = dlopen("libutil.so.1", RTLD_NOW);
  return library && dlclose(library) == 0;
}
