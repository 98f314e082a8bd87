/* A child made by clone(2) without an exit signal: it is a process of its own, and outlives its
 * parent. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
static char stack[1 << 16];
static int live_on(void *file) {
  sleep(1);
  close(open(file, O_CREAT | O_WRONLY, 0644));
  return 0;
}
int main(int argc, char **argv) {
  return argc < 2 || clone(live_on, stack + sizeof stack, 0, argv[1]) < 0;
}
