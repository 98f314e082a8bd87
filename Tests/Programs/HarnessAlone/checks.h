/* What the files of this program share. */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>

void expect(bool holds, const char *what);
void check_rows(void);

#endif
