// Coroutines of Boost.Context that use a known part of their stacks: boost-coroutines KIND COUNT SIZE
// BYTES. KIND: "keep" ends the program while all are suspended, "free" ends each before the next.
// Prints what the last has used: from the lowest byte that it wrote to the top.
#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace context = boost::context;

static unsigned char *top, *lowest;

__attribute__((noinline)) static void use(long bytes) {
  volatile unsigned char frame[512];
  for (size_t i = 0; i < sizeof frame; i++)
    frame[i] = (unsigned char)(i | 1);
  lowest = (unsigned char *)&frame[0];
  if (top - lowest < bytes)
    use(bytes);
  frame[0] = frame[1];
}

struct Noting : context::protected_fixedsize_stack {
  using context::protected_fixedsize_stack::protected_fixedsize_stack;
  context::stack_context allocate() {
    context::stack_context stack = context::protected_fixedsize_stack::allocate();
    top = (unsigned char *)stack.sp;
    return stack;
  }
};

int main(int count, char **arguments) {
  if (count < 5)
    return 1;
  const bool keeps = !strcmp(arguments[1], "keep");
  const long bytes = atol(arguments[4]);
  std::vector<context::fiber> kept;
  for (long i = 0; i < atol(arguments[2]); i++) {
    context::fiber fiber{std::allocator_arg, Noting((size_t)atol(arguments[3])),
                         [bytes](context::fiber &&resumer) {
                           use(bytes);
                           return std::move(resumer).resume();
                         }};
    fiber = std::move(fiber).resume();
    if (keeps)
      kept.push_back(std::move(fiber));
  }
  printf("%ld\n", (long)(top - lowest));
  fflush(stdout);
  if (keeps)
    quick_exit(0);
}
