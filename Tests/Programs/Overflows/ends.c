/*
 * One way to end a argument, beside five threads that wait at one place:
 *   member  reads a member of a null pointer
 *   text    reads through a pointer that holds text
 *   return  returns to an address that text was written over
 *   overrun writes past the end of the heap's memory until that faults
 *   below   writes below the limit of the stack that it is on, which is hardly used
 *   deep    recurses until the stack is full
 *   other   the same, with another limit than it was started with
 *   lowered the same, with less than it has already
 *   wait    sleeps until it is killed
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct node {
  char before[0xa8];
  int value;
};

static pthread_barrier_t all_there;

static __attribute__((noinline)) int value_of(volatile struct node *node) { return node->value; }

static __attribute__((noinline)) void overwrite(const char *text) {
  char buffer[16];
  volatile char *to = buffer;
  for (size_t i = 0; i < 48; i++)
    to[i] = text[i];
}

static __attribute__((noinline)) long descend(volatile long depth) {
  volatile char frame[64];
  frame[0] = (char)depth;
  return descend(depth + 1) + frame[0];
}

static __attribute__((noinline)) void fill(volatile char *to) {
  for (;;)
    *to++ = 1;
}

static void *write_below(void *unused) {
  pthread_attr_t attributes;
  void *limit;
  size_t size;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &limit, &size);
  volatile char *place = (char *)limit - 100;
  *place = 1;
  return unused;
}

static void *wait_for_ever(void *unused) {
  pthread_barrier_wait(&all_there);
  for (;;)
    pause();
  return unused;
}

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "wait";
  pthread_t thread;
  pthread_barrier_init(&all_there, NULL, 6);
  for (int i = 0; i < 5; i++)
    pthread_create(&thread, NULL, wait_for_ever, NULL);
  pthread_barrier_wait(&all_there);
  usleep(20000);
  if (!strcmp(way, "member"))
    return value_of(NULL);
  if (!strcmp(way, "text")) {
    volatile struct node *node;
    memcpy(&node, "ABCDEFGH", sizeof node);
    return value_of(node);
  }
  if (!strcmp(way, "return"))
    overwrite("ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGH");
  if (!strcmp(way, "overrun"))
    fill(malloc(1 << 20));
  if (!strcmp(way, "below")) {
    pthread_create(&thread, NULL, write_below, NULL);
    pthread_join(thread, NULL);
  }
  if (!strcmp(way, "other") || !strcmp(way, "lowered")) {
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    rlim_t other = limit.rlim_cur == 4 << 20 ? 3 << 20 : 4 << 20;
    limit.rlim_cur = way[0] == 'l' ? 4096 : other;
    if (setrlimit(RLIMIT_STACK, &limit))
      perror("setrlimit");
    return (int)descend(0);
  }
  if (!strcmp(way, "deep"))
    return (int)descend(0);
  puts("waiting");
  fflush(stdout);
  for (;;)
    sleep(1);
}
