/* The end of the reporter, long before a crash. */
#ifndef CLAB_WITHDRAW_H
#define CLAB_WITHDRAW_H

/* Sets the default action of each signal that has the reporter's handler; threads that are made
   from now on get nothing. Async-signal-safe: yes */
void clab_withdraw(void);

#endif
