/*
 * Starting a program under the observer's eyes from its first instruction: as the observer's own
 * child, or beside it, as a child of the process that waits for both.
 */
#include "clab_observer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* As this process got them. They survive execve only as ignored or default. */
static sighandler_t inherited_xfsz = SIG_DFL, inherited_chld = SIG_DFL;

/* Async-signal-safe: no */
void clab_observer_set_signals(void) {
  static bool done;
  sighandler_t xfsz = signal(SIGXFSZ, SIG_IGN);
  sighandler_t chld = signal(SIGCHLD, SIG_DFL);
  if (!done) {
    inherited_xfsz = xfsz == SIG_IGN ? SIG_IGN : SIG_DFL;
    inherited_chld = chld == SIG_IGN ? SIG_IGN : SIG_DFL;
  }
  done = true;
}

/* The descriptors between the observer and the process that is to become the program. */
struct start {
  int word[2];    /* to the program: one byte, and it may go; an end without, and it may not */
  int trouble[2]; /* from the program: why it could not be executed */
};

/* What a process that waits for a program and its observer shares with both. */
struct shared {
  volatile int executed; /* the program has been, as far as the program itself knows */
};
static struct shared *shared;

/* In the observer, of a program that is not its child: its supervisor, 0 if it is its child. */
static pid_t supervisor;
static struct start supervised;
static int announced = -1; /* the program's number comes through it */

/* Async-signal-safe: yes */
static void close_both(const int ends[2]) {
  close(ends[0]);
  close(ends[1]);
}

/* Returns 0 or an errno; then no descriptor is left. Async-signal-safe: yes */
static int open_start(struct start *start) {
  if (pipe2(start->word, O_CLOEXEC))
    return errno;
  if (pipe2(start->trouble, O_CLOEXEC)) {
    int error = errno;
    close_both(start->word);
    return error;
  }
  return 0;
}

/* A number that comes whole or not at all. Async-signal-safe: yes */
static bool read_number(int from, int *number) {
  ssize_t count;
  do
    count = read(from, number, sizeof *number);
  while (count < 0 && errno == EINTR);
  return count == sizeof *number;
}

/* Async-signal-safe: yes */
static void write_number(int to, int number) {
  while (write(to, &number, sizeof number) < 0 && errno == EINTR) {
  }
}

/* Waits for the word to go, then becomes the program; what goes wrong is told through `trouble`.
   Async-signal-safe: no */
static _Noreturn void become(char *const arguments[], const struct start *start) {
  int word;
  close(start->word[1]);
  close(start->trouble[0]);
  if (!read_number(start->word[0], &word))
    _exit(127);
  /* The dispositions that crashlab got, not those that it has set. */
  signal(SIGXFSZ, inherited_xfsz);
  signal(SIGCHLD, inherited_chld);
  if (shared)
    shared->executed = 1;
  execvp(arguments[0], arguments);
  int error = errno;
  if (shared)
    shared->executed = 0;
  write_number(start->trouble[1], error);
  _exit(127);
}

/* In the observer: traces the process and lets it become the program. Returns 0 or an errno; then
   the process ends by itself. Async-signal-safe: no */
static int let_begin(const struct start *start, pid_t process, uint32_t flags, bool passes_on) {
  close(start->word[0]);
  close(start->trouble[1]);
  int error = clab_observer_seize(process, flags);
  if (!error) {
    if (passes_on)
      clab_observer_pass_on(process); /* before anybody can see the program run */
    write_number(start->word[1], 1);
  }
  close(start->word[1]);
  int refusal;
  if (!error && read_number(start->trouble[0], &refusal))
    error = refusal;
  close(start->trouble[0]);
  return error;
}

static int begin_supervised(uint32_t flags, pid_t *process) {
  bool known = read_number(announced, process);
  close(announced);
  announced = -1;
  if (!known) {
    close_both(supervised.word);
    close_both(supervised.trouble);
    return ECHILD;
  }
  return let_begin(&supervised, *process, flags | CLAB_OBSERVE_OUTLIVED, false);
}

int clab_observer_spawn(char *const arguments[], uint32_t flags, pid_t *process) {
  if (announced >= 0)
    return begin_supervised(flags, process);
  struct start start;
  int error = open_start(&start);
  if (error)
    return error;
  *process = fork();
  if (*process == 0)
    become(arguments, &start);
  if (*process < 0) {
    error = errno;
    close_both(start.word);
    close_both(start.trouble);
    return error;
  }
  error = let_begin(&start, *process, flags, true);
  if (error) {
    while (waitpid(*process, NULL, __WALL) < 0 && errno == EINTR) {
    }
    clab_observer_pass_on(0);
  }
  return error;
}

/* In the process that is to become the program. Async-signal-safe: no */
static _Noreturn void become_supervised(char *const arguments[], const struct start *start,
                                        pid_t observer, int permitted) {
  prctl(PR_SET_PTRACER, observer); /* under Yama only a descendant may be traced without */
  write_number(permitted, 1);
  close(permitted);
  become(arguments, start);
}

/* In the supervisor, once there is an observer. Returns 0 or an errno. Async-signal-safe: no */
static int start_beside(char *const arguments[], const struct start *start, int announce,
                        struct clab_supervised *started) {
  int permitted[2], done;
  if (pipe2(permitted, O_CLOEXEC))
    return errno;
  started->program = fork();
  if (started->program == 0) {
    close(announce);
    become_supervised(arguments, start, started->observer, permitted[1]);
  }
  int error = started->program < 0 ? errno : 0;
  close(permitted[1]);
  if (!error && read_number(permitted[0], &done)) {
    clab_observer_pass_on(started->program); /* before anybody can see the program run */
    write_number(announce, started->program);
  }
  close(permitted[0]);
  return error;
}

int clab_observer_start_beside(char *const arguments[], struct clab_supervised *started) {
  struct start start;
  int announce[2];
  pid_t self = getpid();
  if (pipe2(announce, O_CLOEXEC))
    return errno;
  int error = open_start(&start);
  if (error) {
    close_both(announce);
    return error;
  }
  void *page =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    error = errno;
    close_both(announce);
    close_both(start.word);
    close_both(start.trouble);
    return error;
  }
  shared = page;
  *started = (struct clab_supervised){0};
  started->observer = fork();
  if (started->observer == 0) {
    close(announce[1]);
    supervisor = self;
    announced = announce[0];
    supervised = start;
    return 0;
  }
  if (started->observer < 0)
    error = errno;
  else
    error = start_beside(arguments, &start, announce[1], started);
  close_both(announce);
  close_both(start.word);
  close_both(start.trouble);
  return error;
}

bool clab_observer_program_was_executed(void) { return shared && shared->executed; }

pid_t clab_observer_who_passes_on(void) { return supervisor ? supervisor : getpid(); }
