/* Reads the settings, without allocating. */
#include "settings/settings.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct clab_settings clab_settings;

extern char **environ;

/* Copies a part and a whole text behind it. False if they do not fit. Async-signal-safe: yes */
static bool join(char path[CLAB_PATH_BYTES], const char *part, size_t size, const char *rest) {
  size_t more = strlen(rest);
  if (size + more >= CLAB_PATH_BYTES)
    return false;
  memcpy(path, part, size);
  memcpy(path + size, rest, more + 1);
  return true;
}

int clab_settings_read(const char *report) {
  /* Only a program that has a closure may be executed again for it. */
  bool may_take = report && strcmp(report, "closure") == 0;
  if (!report)
    report = getenv("CRASHLAB_REPORT");
  if (!report || !*report)
    report = "stderr";
  const char *redact = getenv("CRASHLAB_REDACT");
  if (redact && *redact && strcmp(redact, "0") != 0)
    clab_settings.redacts = true;
  if (strcmp(report, "off") == 0)
    return ECANCELED;
  bool is_known = may_take || strcmp(report, "stderr") == 0 || strncmp(report, "folder:/", 8) == 0;
  return is_known && join(clab_settings.report, report, strlen(report), "") ? 0 : EINVAL;
}

/* Async-signal-safe: yes */
static bool is_program(const char *path) { return path[0] == '/' && access(path, X_OK) == 0; }

/* PREFIX/bin/crashlab for PREFIX/lib/libcrashlab-report.so, or in the library's own folder. */
static bool find_beside(char path[CLAB_PATH_BYTES]) {
  Dl_info own;
  if (!dladdr((void *)&clab_settings, &own) || !own.dli_fname)
    return false;
  const char *end = strrchr(own.dli_fname, '/');
  if (!end)
    return false;
  size_t folder = (size_t)(end - own.dli_fname);
  static const char *const places[] = {"/crashlab", "/../bin/crashlab", "/../../bin/crashlab"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (join(path, own.dli_fname, folder, places[i]) && is_program(path))
      return true;
  return false;
}

static bool find_in_path(char path[CLAB_PATH_BYTES]) {
  const char *next = getenv("PATH");
  while (next && *next) {
    size_t size = strcspn(next, ":");
    if (join(path, next, size, "/crashlab") && is_program(path))
      return true;
    next += size + (next[size] == ':');
  }
  return false;
}

void clab_settings_find_helper(void) {
  char *helper = clab_settings.helper;
  const char *named = getenv("CRASHLAB_HELPER");
  bool found = named && *named ? join(helper, named, strlen(named), "") && is_program(helper)
                               : find_beside(helper) || find_in_path(helper);
  if (!found)
    helper[0] = 0;
}

void clab_settings_keep_environment(void) {
  static const char *const wanted[] = {
      "PATH=", "HOME=", "LANG=", "LC_ALL=", "TERM=", "NO_COLOR=", "COLUMNS=", "TZ=", "TMPDIR="};
  size_t used = 0, count = 0;
  for (char **entry = environ; entry && *entry; entry++)
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
      size_t size = strlen(*entry) + 1;
      if (strncmp(*entry, wanted[i], strlen(wanted[i])) || count == CLAB_ENVIRONMENT_ENTRIES - 2 ||
          used + size > sizeof clab_settings.text)
        continue;
      memcpy(clab_settings.text + used, *entry, size);
      clab_settings.environment[count++] = clab_settings.text + used;
      used += size;
    }
  /* Where the library is loaded into every program, the helper reports to nobody. */
  static char off[] = "CRASHLAB_REPORT=off", no_backtrace[] = "SWIFT_BACKTRACE=enable=no";
  clab_settings.environment[count++] = off;
  clab_settings.environment[count++] = no_backtrace;
  clab_settings.environment[count] = NULL;
}
