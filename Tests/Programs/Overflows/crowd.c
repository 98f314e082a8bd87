/* A handler is installed, no thread has an alternate stack, and all of them overflow at once. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_barrier_t start;

static void handler(int number) {
  (void)number;
  _exit(3);
}

__attribute__((noinline)) int descend(int depth) {
  volatile char bytes[64];
  bytes[0] = (char)depth;
  return descend(depth + 1) + bytes[0];
}

static void *work(void *argument) {
  (void)argument;
  pthread_barrier_wait(&start);
  return (void *)(long)descend(0);
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 32;
  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGSEGV, &action, NULL);
  pthread_barrier_init(&start, NULL, (unsigned)threads);
  pthread_t thread;
  for (int i = 0; i < threads; i++)
    pthread_create(&thread, NULL, work, NULL);
  pause();
}
