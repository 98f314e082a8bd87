/* Starting a program under the observer's eyes from its first instruction. */
#include "clab_observer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* SIGXFSZ as this process got it. It survives execve only as ignored or default. */
static sighandler_t inherited_xfsz = SIG_DFL;

/* Async-signal-safe: no */
void clab_observer_ignore_xfsz(void) {
  static bool done;
  sighandler_t before = signal(SIGXFSZ, SIG_IGN);
  if (!done && before == SIG_IGN)
    inherited_xfsz = SIG_IGN;
  done = true;
}

/* Waits for the word to go, then becomes the program; what goes wrong is told through `trouble`. */
static _Noreturn void become(char *const arguments[], int word, int trouble) {
  char byte;
  while (read(word, &byte, 1) < 0 && errno == EINTR) {
  }
  /* What the observer ignores for itself is none of the program's business. */
  signal(SIGXFSZ, inherited_xfsz);
  execvp(arguments[0], arguments);
  int error = errno;
  while (write(trouble, &error, sizeof error) < 0 && errno == EINTR) {
  }
  _exit(127);
}

int clab_observer_spawn(char *const arguments[], uint32_t flags, pid_t *process) {
  int word[2], trouble[2];
  if (pipe2(word, O_CLOEXEC))
    return errno;
  if (pipe2(trouble, O_CLOEXEC)) {
    int error = errno;
    close(word[0]);
    close(word[1]);
    return error;
  }
  int error = 0;
  *process = fork();
  if (*process == 0) {
    close(word[1]);
    become(arguments, word[0], trouble[1]);
  }
  if (*process < 0)
    error = errno;
  close(word[0]);
  close(trouble[1]);
  if (!error)
    error = clab_observer_seize(*process, flags);
  bool passing = !error;
  if (passing)
    clab_observer_pass_on(*process); /* before anybody can see the program run */
  if (error && *process > 0)
    kill(*process, SIGKILL);
  close(word[1]); /* the word: the read returns */
  int refusal;
  if (!error && read(trouble[0], &refusal, sizeof refusal) == sizeof refusal)
    error = refusal;
  close(trouble[0]);
  if (error && *process > 0) {
    while (waitpid(*process, NULL, __WALL) < 0 && errno == EINTR) {
    }
    if (passing)
      clab_observer_pass_on(0);
  }
  return error;
}
