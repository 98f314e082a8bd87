// Deaths by SIGABRT, and what was said before: `abort-messages WAY`.
#include <cassert>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <setjmp.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace shop {
struct Literal : std::exception {
  const char *what() const noexcept override { return "a literal"; }
};
struct Owner : std::exception {
  std::string text;
  explicit Owner(const char *text) : text(text) {}
  const char *what() const noexcept override { return text.c_str(); }
};
struct Overriding : std::runtime_error {
  Overriding() : std::runtime_error("the inherited text") {}
  const char *what() const noexcept override { return "the text of its own"; }
};
struct Counting : std::exception {
  mutable char text[32];
  const char *what() const noexcept override {
    snprintf(text, sizeof text, "made by %s", "snprintf");
    return text;
  }
};
struct Plain {
  int number = 7;
};
struct Second : Plain, std::logic_error {
  Second() : std::logic_error("the second base") {}
};
struct Virtual : virtual std::runtime_error {
  Virtual() : std::runtime_error("a virtual base") {}
};
struct NotPublic {
  virtual ~NotPublic() {}
};
} // namespace shop

__attribute__((noinline)) static void smash(int n) {
  volatile char b[16];
  for (int i = 0; i < n; i++)
    b[i] = 1;
}
__attribute__((noinline)) static void overflow(const char *text) {
  char b[8];
  strcpy(b, text);
  asm volatile("" ::"r"(b) : "memory");
}
__attribute__((noinline)) static void throw_it() { throw std::runtime_error("the disk is full"); }
static void never_throws() noexcept { throw_it(); }

struct Base {
  Base() { call(); }
  void call();
  virtual void pure() = 0;
};
struct Derived : Base {
  void pure() override {}
};
__attribute__((noinline)) void Base::call() { pure(); }

struct ThrowsWhenLeft {
  ~ThrowsWhenLeft() noexcept(false) { throw std::logic_error("the second one"); }
};

static jmp_buf survived;
static void survive(int) { siglongjmp(survived, 1); }
static void live_through(void (*death)()) {
  signal(SIGABRT, survive);
  if (!sigsetjmp(survived, 1))
    death();
  signal(SIGABRT, SIG_DFL);
}
static void fail_assertion() {
  bool it_holds = false;
  assert(it_holds);
}
static void raise_again(int) {
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
}
static void own_handler() { abort(); }

int main(int, char **arguments) {
  const std::string way = arguments[1];
  // Whoever runs tests may have blocked them.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (way == "assert")
    fail_assertion();
  if (way == "abort")
    abort();
  if (way == "raise")
    raise(SIGABRT);
  if (way == "smash")
    smash(64);
  if (way == "fortify")
    overflow("longer than the array is");
  if (way == "double-free") {
    char *volatile p = (char *)malloc(40);
    free(p);
    free(p);
  }
  if (way == "bad-free") {
    static char block[64];
    free(block + 8);
  }
  if (way == "corrupt-heap") {
    char *volatile p = (char *)malloc(24);
    memset(p, 255, 64);
    for (int i = 0; i < 100; i++)
      p = (char *)malloc(4096);
  }
  if (way == "terminate")
    std::terminate();
  if (way == "int")
    throw 42;
  if (way == "runtime-error")
    throw_it();
  if (way == "long")
    throw std::runtime_error(std::string(10000, 'x'));
  if (way == "escapes")
    throw std::runtime_error("red \x1b[31m text");
  if (way == "literal")
    throw shop::Literal();
  if (way == "owner")
    throw shop::Owner("what a string has");
  if (way == "overriding")
    throw shop::Overriding();
  if (way == "counting")
    throw shop::Counting();
  if (way == "second-base")
    throw shop::Second();
  if (way == "virtual-base")
    throw shop::Virtual();
  if (way == "plain")
    throw shop::Plain();
  if (way == "pointer")
    throw "a pointer";
  if (way == "thread")
    std::thread(throw_it).join();
  if (way == "noexcept")
    never_throws();
  if (way == "pure")
    Derived();
  if (way == "joinable")
    std::thread([] { pause(); });
  if (way == "rethrow") {
    std::exception_ptr kept;
    try {
      throw_it();
    } catch (...) {
      kept = std::current_exception();
    }
    std::rethrow_exception(kept);
  }
  if (way == "throw-again")
    try {
      throw_it();
    } catch (const std::exception &) {
      throw;
    }
  if (way == "nested")
    try {
      throw_it();
    } catch (const std::exception &) {
      throw std::logic_error("thrown while the first was handled");
    }
  if (way == "while-unwinding")
    try {
      ThrowsWhenLeft leaving;
      throw_it();
    } catch (const std::exception &) {
    }
  if (way == "own-handler") {
    std::set_terminate(own_handler);
    throw_it();
  }
  if (way == "assert-in-handler") {
    std::set_terminate(fail_assertion);
    throw_it();
  }
  // Nothing was said for what these die of.
  if (way == "abort-in-catch")
    try {
      throw_it();
    } catch (...) {
      abort();
    }
  if (way == "abort-after-assert") {
    live_through(fail_assertion);
    abort();
  }
  if (way == "raise-after-assert") {
    live_through(fail_assertion);
    raise(SIGABRT);
  }
  if (way == "null-after-assert") {
    live_through(fail_assertion);
    *(volatile int *)8 = 1;
  }
  if (way == "terminate-after-catch") {
    try {
      throw_it();
    } catch (...) {
    }
    std::terminate();
  }
  // Twice: a handler that raises again, and a failure after one that was survived.
  if (way == "handled") {
    signal(SIGABRT, raise_again);
    fail_assertion();
  }
  if (way == "assert-twice") {
    live_through(fail_assertion);
    smash(64);
  }
  if (way == "killed") {
    if (fork() == 0) {
      usleep(50000);
      kill(getppid(), SIGABRT);
      _exit(0);
    }
    pause();
  }
  return 0;
}
