/* Leaves the program alone. */
#include "crash/withdraw.h"

#include "crash/actions.h"
#include "crash/handler.h"
#include "settings/settings.h"

void clab_withdraw(void) {
  if (clab_settings.installed)
    clab_actions_withdraw(clab_handle_crash);
  clab_settings.installed = false;
}
