// A coroutine of Boost.Context overflows its stack, which has a guard of the library's making.
#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

namespace context = boost::context;

static volatile int depth;

static __attribute__((noinline)) int descend(int level) {
  volatile char frame[64];
  frame[0] = static_cast<char>(level);
  depth = level;
  return descend(level + 1) + frame[0];
}

int main() {
  context::fiber coroutine(
      std::allocator_arg, context::protected_fixedsize_stack(64 << 10),
      [](context::fiber &&caller) {
        depth = descend(0);
        return std::move(caller);
      });
  std::move(coroutine).resume();
  return 0;
}
