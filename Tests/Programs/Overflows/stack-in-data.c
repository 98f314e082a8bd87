/*
 * A thread's stack in memory that holds data too, all of it above one guard: exit status 1 if the
 * data were not left alone.
 */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

enum { GUARD = 4096, DATA = 1 << 20, STACK = 256 << 10, SIZE = 2 << 20 };

static void *work(void *unused) { return unused; }

int main(void) {
  unsigned char *memory = mmap(NULL, GUARD + SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char *data = memory + GUARD;
  mprotect(data, SIZE, PROT_READ | PROT_WRITE);
  memset(data, 0x5a, DATA);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, data + DATA, STACK);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, work, NULL))
    return 2;
  pthread_join(thread, NULL);
  for (int i = 0; i < DATA; i++)
    if (data[i] != 0x5a)
      return 1;
  return 0;
}
