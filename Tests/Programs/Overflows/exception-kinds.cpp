// Exceptions of many types that nothing catches: `exception-kinds WAY`; without WAY, the ways.
#include <any>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <variant>
#include <vector>
struct Own {
  std::string s;
};
template <class T> struct Tmpl : std::exception {
  T v;
  const char *what() const noexcept override { return "tmpl"; }
};
namespace {
struct Anon : std::runtime_error {
  using runtime_error::runtime_error;
};
} // namespace
struct ErrCode : std::exception {
  int code;
  ErrCode(int c) : code(c) {}
  const char *what() const noexcept override {
    switch (code) {
    case 1:
      return "one";
    case 2:
      return "two";
    default:
      return "many";
    }
  }
};
struct Cond : std::exception {
  bool b;
  Cond(bool b) : b(b) {}
  const char *what() const noexcept override { return b ? "yes" : "no"; }
};
struct Arr : std::exception {
  char t[32];
  Arr(const char *s) { strcpy(t, s); }
  const char *what() const noexcept override { return t; }
};
struct Priv : private std::exception {};
struct Deep1 : std::out_of_range {
  using out_of_range::out_of_range;
};
struct Deep2 : Deep1 {
  using Deep1::Deep1;
};
struct A0 {
  virtual ~A0() {}
  int x;
};
struct B0 : A0, Anon {
  B0() : Anon("b zero") {}
};
struct Virt2 : virtual A0, virtual Anon {
  Virt2() : Anon("virt two") {}
};
static const char ways[] =
    "bad_alloc out_of_range string_pos map_at bad_cast bad_typeid bad_function bad_optional "
    "bad_variant bad_any system_error filesystem regex future future_get bad_weak stoi ios tmpl "
    "anon own code cond cond0 arr priv deep b0 virt2 nested string lambda enum exception nullstr "
    "newlines terminate_thread cond_thread dtor";

int main(int count, char **v) {
  std::string w = count > 1 ? v[1] : "";
  if (w == "")
    puts(ways);
  if (w == "bad_alloc") {
    volatile size_t n = 1ull << 46;
    char *volatile p = new char[n];
  }
  if (w == "out_of_range") {
    std::vector<int> x(3);
    return x.at(w.size());
  }
  if (w == "string_pos") {
    std::string x("abc");
    return x.substr(w.size()).size();
  }
  if (w == "map_at") {
    std::map<int, int> x;
    return x.at(3);
  }
  if (w == "bad_cast") {
    A0 a;
    A0 &r = a;
    return dynamic_cast<B0 &>(r).x;
  }
  if (w == "bad_typeid") {
    A0 *volatile p = nullptr;
    return typeid(*p).name()[0];
  }
  if (w == "bad_function") {
    std::function<void()> f;
    f();
  }
  if (w == "bad_optional") {
    std::optional<int> o;
    return o.value();
  }
  if (w == "bad_variant") {
    std::variant<int, std::string> x = 3;
    return std::get<std::string>(x).size();
  }
  if (w == "bad_any") {
    std::any x = 3;
    return std::any_cast<std::string>(x).size();
  }
  if (w == "system_error")
    throw std::system_error(ENOENT, std::generic_category(), "opening");
  if (w == "filesystem") {
    std::filesystem::file_size("/no/such");
  }
  if (w == "regex") {
    std::regex r("(");
  }
  if (w == "future") {
    std::promise<int> p;
    p.get_future();
    p.get_future();
  }
  if (w == "future_get") {
    std::async(std::launch::async, []() -> int { throw Deep2("in the future"); }).get();
  }
  if (w == "bad_weak") {
    std::weak_ptr<int> x;
    std::shared_ptr<int> s(x);
  }
  if (w == "stoi")
    return std::stoi("x");
  if (w == "ios") {
    std::cin.exceptions(std::ios::failbit);
    std::cin.setstate(std::ios::failbit);
  }
  if (w == "tmpl")
    throw Tmpl<std::vector<int>>();
  if (w == "anon")
    throw Anon("anonymous");
  if (w == "own")
    throw Own{"x"};
  if (w == "code")
    throw ErrCode(2);
  if (w == "cond")
    throw Cond(true);
  if (w == "cond0")
    throw Cond(false);
  if (w == "arr")
    throw Arr("array text");
  if (w == "priv")
    throw Priv();
  if (w == "deep")
    throw Deep2("deep text");
  if (w == "b0")
    throw B0();
  if (w == "virt2")
    throw Virt2();
  if (w == "nested") {
    try {
      throw Anon("inner");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  }
  if (w == "string")
    throw std::string("a string");
  if (w == "lambda")
    throw [] {};
  if (w == "enum") {
    enum E { a };
    throw a;
  }
  if (w == "exception")
    throw std::exception();
  if (w == "nullstr")
    throw(const char *) nullptr;
  if (w == "newlines")
    throw Anon("two\nlines\n");
  if (w == "terminate_thread") {
    std::thread t([] { std::terminate(); });
    t.join();
  }
  if (w == "cond_thread") {
    std::thread t([] { throw Cond(true); });
    t.join();
  }
  if (w == "dtor") {
    struct D {
      ~D() { throw Anon("from a destructor"); }
    };
    D d;
  }
}
