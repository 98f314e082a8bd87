// Counts how deep the brackets on standard input are nested, on a thread of its own.
#include <pthread.h>
#include <stdio.h>

static int value(void) {
  char text[64];
  int depth = 0;
  for (int c = getchar(); c == '[' || c == ' '; c = getchar())
    if (c == '[' && (depth = 1 + value()) > 1000000)
      fputs(text, stderr);
  return depth;
}

static void *parse(void *unused) {
  printf("%d\n", value());
  return unused;
}

int main(void) {
  pthread_t parser;
  pthread_create(&parser, NULL, parse, NULL);
  pthread_join(parser, NULL);
}
