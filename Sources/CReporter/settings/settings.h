/* What is settled when the reporter is installed, so that a handler only reads it. */
#ifndef CLAB_SETTINGS_H
#define CLAB_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

enum {
  CLAB_PATH_BYTES = 1024,
  CLAB_ENVIRONMENT_BYTES = 4096,
  CLAB_ENVIRONMENT_ENTRIES = 32,
};

struct clab_settings {
  bool installed;
  bool redacts;                 /* what may be secret is left out */
  char report[CLAB_PATH_BYTES]; /* "stderr", "folder:PATH" or "closure" */
  char helper[CLAB_PATH_BYTES]; /* empty: there is none */
  /* What the helper finds in its environment. */
  char *environment[CLAB_ENVIRONMENT_ENTRIES + 1];
  char text[CLAB_ENVIRONMENT_BYTES];
};

extern struct clab_settings clab_settings;

/* Reads `report` or the environment, and whether secrets are left out. Returns 0, EINVAL, or
   ECANCELED for "off". Async-signal-safe: no */
int clab_settings_read(const char *report);
/* Finds the helper's file: CRASHLAB_HELPER, beside the library as it is installed, PATH.
   Async-signal-safe: no */
void clab_settings_find_helper(void);
/* Keeps what the helper may want of the environment, and nothing that is loaded into programs.
   Async-signal-safe: no */
void clab_settings_keep_environment(void);

#endif
