/*
 * Crashes with its second argument, a secret of 16 bytes, where reports look:
 *   registers  in numbers and behind pointers of registers, and on the stack
 *   pointer    as the pointer that is read through
 *   return     as the address that is returned to
 *   assert     in what the C library says before it ends the program
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int with_registers(const char *secret) {
  uint64_t words[2];
  memcpy(words, secret, sizeof words);
  char *copy = strdup(secret);
  int value;
  __asm__ volatile("mov %1, %%rax\n\tmov %2, %%rbx\n\tmov %3, %%rcx\n\tmov %4, %%rdx\n\t"
                   "bswap %%rbx\n\txor %%esi, %%esi\n\tmovl 8(%%rsi), %0"
                   : "=r"(value)
                   : "m"(words[0]), "m"(words[1]), "m"(copy), "r"(secret)
                   : "rax", "rbx", "rcx", "rdx", "rsi", "memory");
  return value + copy[0];
}

static __attribute__((noinline)) int through_pointer(const char *secret) {
  volatile int *pointer;
  memcpy(&pointer, secret, sizeof pointer);
  return *pointer;
}

static __attribute__((noinline)) void with_return(const char *secret) {
  char buffer[16];
  volatile char *to = buffer;
  for (size_t i = 0; i < 64; i++)
    to[i] = secret[i % 16];
}

int main(int count, char **arguments) {
  if (count < 3 || strlen(arguments[2]) < 16)
    return 2;
  const char *way = arguments[1], *secret = arguments[2];
  setenv("TOKEN", secret, 1);
  if (!strcmp(way, "registers"))
    return with_registers(secret);
  if (!strcmp(way, "pointer"))
    return through_pointer(secret);
  if (!strcmp(way, "return"))
    with_return(secret);
  if (!strcmp(way, "assert"))
    __assert_fail(secret, "secrets.c", 1, "main");
  return 0;
}
