/* What Swift can't import from the system's headers. */
#include "crashlab_harness.h"

#include <gnu/libc-version.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

int clab_signal_descriptor(const sigset_t *mask) {
  return signalfd(-1, mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

int clab_take_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int32_t clab_child_status(siginfo_t info) { return info.si_status; }

const char *clab_libc_version(void) { return gnu_get_libc_version(); }

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51 /* bits/auxv.h */
#endif

size_t clab_minimum_signal_stack(void) { return getauxval(AT_MINSIGSTKSZ); }

int clab_adopt_orphans(bool adopt) { return prctl(PR_SET_CHILD_SUBREAPER, adopt, 0, 0, 0); }
