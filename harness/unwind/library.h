/* libunwind (https://www.nongnu.org/libunwind/), or why it can't be had. */
#ifndef CLAB_LIBRARY_H
#define CLAB_LIBRARY_H

/* One line each: compilers print only the first. */
/* clang-format off */
#if !__has_include(<libunwind.h>) || !__has_include(<libunwind-ptrace.h>)
#error "nongnu.org's libunwind is not installed: apt-get install libunwind-dev. It excludes LLVM's libunwind-NN-dev (which libc++-NN-dev needs): both are removed."
#endif
/* clang-format on */
#include <libunwind.h>

#endif
