/* Ends by one refusal each: SIGSEGV of which the kernel tells no address (SI_KERNEL), for a
   different cause; and accesses that only the instruction tells. The argument says which. */
#include <asm/prctl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)

static const uint64_t nowhere = 0xdeadbeefdeadbeef;
static char room[256] __attribute__((aligned(64)));

static void on_signal(int signal) { (void)signal; }

static char *limit;

/* Comes near the stack's end without leaving it: then a signal comes, whose frame does not fit. */
__attribute__((noinline)) static int deep(int level) {
  volatile char here[128];
  here[0] = (char)level;
  if ((char *)here - limit > 1200)
    return deep(level + 1) + here[0];
  syscall(SYS_tgkill, getpid(), gettid(), SIGALRM);
  return here[0];
}

static void *near_the_end(void *argument) {
  pthread_attr_t attributes;
  void *low;
  size_t size;
  pthread_setname_np(pthread_self(), "deep");
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  limit = low;
  syscall(SYS_tgkill, getpid(), gettid(), 0); /* binds all three: the loader needs stack for that */
  deep(0);
  return argument;
}

__attribute__((noinline)) static void write_itself(void) {
  volatile char *code = (char *)write_itself;
  *code = 0;
}

static void refuse(const char *how) {
  if (!strcmp(how, "movaps"))
    asm volatile("movaps %%xmm0, 1(%0)" : : "r"(room) : "memory");
  if (!strcmp(how, "fxsave"))
    asm volatile("fxsave 8(%0)" : : "r"(room) : "memory");
  if (!strcmp(how, "hlt"))
    asm volatile("hlt");
  if (!strcmp(how, "in"))
    asm volatile("in $1, %%al" : : : "rax");
  if (!strcmp(how, "rdtsc")) {
    prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
    asm volatile("rdtsc" : : : "rax", "rdx");
  }
  if (!strcmp(how, "selector"))
    asm volatile("mov %0, %%ds" : : "r"(0x1238));
  if (!strcmp(how, "int"))
    asm volatile("int $0x81");
  if (!strcmp(how, "overflow-interrupt"))
    asm volatile("int $4; nop");
  if (!strcmp(how, "lgdt"))
    asm volatile("lgdt (%0)" : : "r"(room));
  if (!strcmp(how, "far-return"))
    asm volatile("mov %%cs, %%rax; push %%rax; push %0; lretq" : : "r"(nowhere) : "rax");
  if (!strcmp(how, "far-return-to-selector"))
    asm volatile("push $0x77; push %0; lretq" : : "r"(refuse));
  if (!strcmp(how, "far-jump")) {
    struct {
      uint32_t offset;
      uint16_t selector;
    } __attribute__((packed)) target = {0, 0x77};
    asm volatile("ljmp *%0" : : "m"(target));
  }
  if (!strcmp(how, "interrupt-return"))
    asm volatile("mov %%rsp, %%rcx; mov %%ss, %%rax; push %%rax; push %%rcx; pushf;"
                 "mov %%cs, %%rax; push %%rax; push %0; iretq"
                 :
                 : "r"(nowhere)
                 : "rax", "rcx");
  if (!strcmp(how, "ldmxcsr")) {
    uint32_t reserved = 0xffffffff;
    asm volatile("ldmxcsr %0" : : "m"(reserved));
  }
  if (!strcmp(how, "read"))
    asm volatile("mov (%0), %%eax" : : "r"(nowhere) : "rax");
  if (!strcmp(how, "push"))
    asm volatile("mov %0, %%rsp; push %%rax" : : "r"(nowhere) : "memory");
  if (!strcmp(how, "return"))
    asm volatile("push %0; ret" : : "r"(nowhere));
  if (!strcmp(how, "call"))
    asm volatile("call *%0" : : "r"(nowhere));
  if (!strcmp(how, "call-through-memory")) {
    static uint64_t target;
    target = nowhere;
    asm volatile("call *%0" : : "m"(target));
  }
  if (!strcmp(how, "thread-local")) /* relative to fs, whose base is far below */
    asm volatile("mov %%fs:(%0), %%eax" : : "r"(UINT64_C(1) << 62) : "rax");
  if (!strcmp(how, "write-itself"))
    write_itself();
  if (!strcmp(how, "execute-data"))
    ((void (*)(void))room)();
  if (!strcmp(how, "frame")) {
    pthread_t thread;
    sigset_t none; /* whoever has started it may have blocked all */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGALRM, on_signal);
    pthread_create(&thread, NULL, near_the_end, NULL);
    pthread_join(thread, NULL);
  }
}
#else
static void refuse(const char *how) { (void)how; }
#endif

int main(int count, char **arguments) {
  if (count > 1)
    refuse(arguments[1]);
  return 0;
}
