/*
 * System calls without the C library: no errno, no lock, nothing that anybody interposes. Each
 * returns the kernel's answer, an errno as its negative. Async-signal-safe: yes
 */
#ifndef CLAB_CALLS_H
#define CLAB_CALLS_H

#include <sys/syscall.h>

#if defined(__x86_64__)
static inline long clab_call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static inline long clab_call(long number, long a, long b, long c, long d, long e) {
  register long call __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(call), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
#endif

#endif
