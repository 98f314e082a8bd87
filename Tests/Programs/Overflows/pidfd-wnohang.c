// A parent that waits for its child with pidfd + poll, then waitpid(WNOHANG): must never see 0.
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  int wrong = 0;
  for (int i = 0; i < 200; i++) {
    pid_t p = fork();
    if (p == 0) {
      usleep(200);
      _exit(0);
    }
    int fd = syscall(SYS_pidfd_open, p, 0);
    struct pollfd f = {fd, POLLIN, 0};
    poll(&f, 1, 5000);
    int st = 0;
    if (waitpid(p, &st, WNOHANG) != p) {
      wrong++;
      waitpid(p, &st, 0);
    }
    close(fd);
  }
  printf("%d of 200 ended children not there for waitpid(WNOHANG)\n", wrong);
  return wrong != 0;
}
