/*
 * The reporter: tells how this program crashes, when it does, and lets it die as it would have.
 *
 *     clab_report_crashes(NULL, 0);    once, early in main
 *
 * or nothing at all, with LD_PRELOAD=libcrashlab-report.so. Every thread made by pthread_create
 * gets an alternate signal stack with a guard, unless it sets one itself. For SIGSEGV, SIGBUS,
 * SIGILL, SIGFPE, SIGTRAP, SIGSYS and SIGABRT a handler is installed where the action is the
 * default; a handler that the program installs afterwards takes its place. On a crash the helper
 * (the crashlab command) is started, which reads this process from outside and writes the report;
 * where that can't be, the handler itself writes a short one. Then the process dies of the signal
 * that it got.
 *
 * CRASHLAB_REPORT, CRASHLAB_REDACT, CRASHLAB_HELPER in the environment: see Reporter.md.
 */
#ifndef CRASHLAB_REPORTER_H
#define CRASHLAB_REPORTER_H

#define CLAB_REPORTER_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

enum clab_report_flags {
  /* Handlers that are there already are replaced: Swift's backtracer is one. */
  CLAB_REPORT_REPLACE_HANDLERS = 1,
  /* What may be secret is left out: arguments, texts in memory, numbers in registers, source lines.
     CRASHLAB_REDACT=1 in the environment asks for it too. */
  CLAB_REPORT_REDACT = 2,
};

/* Installs the reporter for this process; once. `report` says where reports go: "stderr", or
   "folder:PATH" for JSON in a folder, by its absolute path; "closure": this program is executed
   anew with CRASHLAB_TAKES_REPORT=1 in its environment and the JSON as its standard input. NULL:
   what CRASHLAB_REPORT says, else "stderr". `flags`: enum clab_report_flags. Returns 0 or an errno:
   EALREADY if it was installed before, EINVAL if `report` is neither, ECANCELED if it is "off",
   EPERM in a program with set-user-ID. Threads that live already, other than the calling one, are
   not covered. Async-signal-safe: no */
CLAB_REPORTER_API int clab_report_crashes(const char *report, unsigned flags);

/* Gives the calling thread an alternate stack, if it has none: for threads that were made before,
   or not by pthread_create. Returns 0 or an errno. Async-signal-safe: no */
CLAB_REPORTER_API int clab_report_crashes_of_thread(void);

#ifdef __cplusplus
}
#endif
#endif
