/* Installing the reporter. */
#include "crash/actions.h"
#include "crash/handler.h"
#include "crashlab_reporter.h"
#include "settings/settings.h"
#include "threads/stacks.h"

#include <errno.h>
#include <sys/auxv.h>

int clab_report_crashes(const char *report, unsigned flags) {
  if (clab_settings.installed)
    return EALREADY;
  /* Its environment is somebody else's, and the kernel lets nobody look at it. */
  if (getauxval(AT_SECURE))
    return EPERM;
  clab_settings.redacts = flags & CLAB_REPORT_REDACT;
  int error = clab_settings_read(report);
  if (!error)
    error = clab_stacks_prepare();
  if (error)
    return error;
  clab_settings_find_helper();
  clab_settings_keep_environment();
  error = clab_stacks_cover_thread();
  if (!error)
    error = clab_actions_install(clab_handle_crash, flags & CLAB_REPORT_REPLACE_HANDLERS);
  clab_settings.installed = !error;
  return error;
}

int clab_report_crashes_of_thread(void) {
  return clab_settings.installed ? clab_stacks_cover_thread() : EINVAL;
}
