// Overflows the 64 KiB stack of a thread while exceptions are being handled: each round throws, and
// recurses in the handler, or in a destructor that the throw runs.
#include <pthread.h>
#include <string.h>

static volatile int depth;

static __attribute__((noinline)) void handle(int level) {
  try {
    depth = level;
    throw level;
  } catch (int caught) {
    handle(caught + 1);
    depth = caught;
  }
}

static void unwind(int level);

struct Cleanup {
  int level;
  ~Cleanup() noexcept(false) { unwind(level + 1); }
};

static __attribute__((noinline)) void unwind(int level) {
  try {
    Cleanup cleanup{level};
    depth = level;
    throw level;
  } catch (int caught) {
    depth = caught;
  }
}

static void *in_handler(void *) {
  pthread_setname_np(pthread_self(), "overflower");
  handle(0);
  return nullptr;
}

static void *in_destructor(void *) {
  pthread_setname_np(pthread_self(), "overflower");
  unwind(0);
  return nullptr;
}

int main(int count, char **arguments) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  bool isDestructor = count > 1 && !strcmp(arguments[1], "destructor");
  pthread_create(&thread, &attributes, isDestructor ? in_destructor : in_handler, nullptr);
  return pthread_join(thread, nullptr);
}
