/*
 * Recursion in code that is compiled without call-frame information in memory: as a JIT, an
 * assembler, or a compiler that was told so makes it. With an argument: a signal that aborts comes
 * while the innermost frame is in the vDSO.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

__attribute__((noinline)) static int descend(char *above, int depth) {
  volatile char bytes[200];
  bytes[0] = (char)depth;
  free(malloc(depth & 63));
  memset((void *)bytes, depth, depth ? 8 : 4);
  int below = descend((char *)bytes, depth + 1);
  return below + bytes[0] + (above != NULL);
}

static void give_up(int signal) {
  (void)signal;
  abort();
}

__attribute__((noinline)) static long poll_clock(void) {
  struct timespec now;
  long sum = 0;
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
    sum += now.tv_nsec;
  } while (sum != 42);
  return sum;
}

__attribute__((noinline)) static long serve(int depth) {
  volatile char bytes[64];
  bytes[0] = (char)depth;
  return depth ? serve(depth - 1) + bytes[0] : poll_clock();
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count == 1)
    return descend(NULL, 1);
  struct itimerval soon = {{0, 0}, {0, 200000}};
  signal(SIGALRM, give_up);
  setitimer(ITIMER_REAL, &soon, NULL);
  return (int)serve(5);
}
