/*
 * What makes a library for LD_PRELOAD of the reporter: it installs itself when it is loaded, and
 * keeps quiet about it when the program asks for the actions of its signals.
 */
#include "crash/actions.h"
#include "crash/handler.h"
#include "crash/withdraw.h"
#include "crashlab_reporter.h"
#include "plain/calls.h"
#include "settings/settings.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>

/* Sanitizers tell of crashes themselves, and unmap whatever alternate stack a thread has at its end
   (compiler-rt, UnsetAlternateSignalStack). */
static bool is_sanitized(void) {
  static const char *const entries[] = {"__asan_init", "__tsan_init", "__msan_init",
                                        "__hwasan_init"};
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
    if (dlsym(RTLD_DEFAULT, entries[i]))
      return true;
  return false;
}

/* The C library has initialised itself, and so have the libraries that the program is linked with:
   what they have installed stays. */
__attribute__((constructor)) static void install(void) {
  static const char complaint[] =
      "crashlab: CRASHLAB_REPORT is none of: off, stderr, folder:/PATH\n";
  if (!is_sanitized() && clab_report_crashes(NULL, 0) == EINVAL)
    clab_call(SYS_write, 2, (long)complaint, sizeof complaint - 1, 0, 0);
}

/* The function that this library stands before; NULL and errno if there is none. Async-signal-safe:
   yes, once it was called */
static void *next(void **known, const char *name) {
  void *function = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (!function) {
    function = dlsym(RTLD_NEXT, name);
    __atomic_store_n(known, function, __ATOMIC_RELAXED);
  }
  if (!function)
    errno = ENOSYS;
  return function;
}

/* A program that asks first and installs its handler only where the action is the default (Rust's
   runtime), or that sets the action back which it found (Python's faulthandler), must find the
   default. One that goes back to the default, as its own handler gives up, gets the reporter.
   Async-signal-safe: yes, once it was called */
__attribute__((visibility("default"))) int
sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict before) {
  static void *real;
  int (*set)(int, const struct sigaction *, struct sigaction *) =
      (int (*)(int, const struct sigaction *, struct sigaction *))next(&real, "sigaction");
  if (!set)
    return -1;
  struct sigaction own;
  if (clab_settings.installed && clab_actions_has(signal) && action &&
      action->sa_handler == SIG_DFL) {
    clab_actions_fill(&own, clab_handle_crash);
    action = &own;
  }
  int result = set(signal, action, before);
  if (result == 0 && before && before->sa_flags & SA_SIGINFO &&
      before->sa_sigaction == clab_handle_crash) {
    *before = (struct sigaction){.sa_handler = SIG_DFL};
    sigemptyset(&before->sa_mask);
  }
  return result;
}

/* As the C library's: system calls are restarted. The signals that the reporter leaves alone go to
   the C library's own. Async-signal-safe: yes, once it was called */
__attribute__((visibility("default"))) sighandler_t signal(int number, sighandler_t handler) {
  static void *real;
  if (clab_actions_has(number)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, number);
    return sigaction(number, &action, &before) ? SIG_ERR : before.sa_handler;
  }
  sighandler_t (*pass)(int, sighandler_t) =
      (sighandler_t(*)(int, sighandler_t))next(&real, "signal");
  if (!pass)
    return SIG_ERR;
  return pass(number, handler);
}

/* A program that is about to forbid itself system calls (seccomp(2) wants this first of whoever is
   not root) would be killed for those of the handler, by another signal than its own: it is left
   alone from here on. Async-signal-safe: yes, once it was called */
__attribute__((visibility("default"))) int prctl(int option, ...) {
  static void *real;
  unsigned long values[4];
  va_list list;
  va_start(list, option);
  for (int i = 0; i < 4; i++)
    values[i] = va_arg(list, unsigned long);
  va_end(list);
  int (*pass)(int, ...) = (int (*)(int, ...))next(&real, "prctl");
  if (!pass)
    return -1;
  if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP)
    clab_withdraw();
  return pass(option, values[0], values[1], values[2], values[3]);
}
