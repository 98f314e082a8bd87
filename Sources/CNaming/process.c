/*
 * The naming process: forked, limited, and asked through a channel.
 */
#include "lines.h"
#include "open.h"
#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
  CHANNEL = 3,
  /* Of processor time for a request. */
  MOST_SECONDS = 10,
};

/* Beside the files that it reads. */
static const rlim_t most_memory = 1ULL << 30;
static const rlim_t most_memory_with_files = 16ULL << 30;

static struct image *images[CLAB_NAMING_MOST_IMAGES];

struct message {
  struct clab_naming_request head;
  char rest[CLAB_NAMING_MOST_PLACES * sizeof(uint64_t) + CLAB_NAMING_MOST_PATH];
};

union control {
  char bytes[CMSG_SPACE(sizeof(int))];
  struct cmsghdr align;
};

static struct image *open_image(int file, const char *path, enum clab_naming_depth depth) {
  struct image *image = clab_image_open(file, path, depth);
  if (image) {
    clab_lines_read(image);
    clab_symbols_read(image);
  }
  return image;
}

static void answer(const struct clab_naming_request *request, const char *offsets) {
  static struct answer answer;
  struct image *image = images[request->image];
  for (uint32_t i = 0; i < request->places; i++) {
    answer.filled = 0;
    answer.head = (struct clab_naming_answer){.image = request->image, .place = i};
    uint64_t offset;
    uint64_t address = 0;
    memcpy(&offset, offsets + i * sizeof offset, sizeof offset);
    if (image && clab_image_address(image, offset, &address))
      clab_answer_find(&answer, image, address);
    clab_answer_send(&answer, CHANNEL);
  }
}

static void answer_symbol(const struct clab_naming_request *request, const char *text) {
  static struct answer answer;
  static char symbol[CLAB_NAMING_MOST_PATH];
  memcpy(symbol, text, request->path_size);
  symbol[request->path_size] = 0;
  answer.filled = 0;
  answer.head = (struct clab_naming_answer){.image = request->image};
  clab_answer_add(&answer, symbol, NULL, NULL, 0, 0, false);
  clab_answer_send(&answer, CHANNEL);
}

static int descriptor_in(struct msghdr *message) {
  struct cmsghdr *control = CMSG_FIRSTHDR(message);
  int file = -1;
  if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS)
    memcpy(&file, CMSG_DATA(control), sizeof file);
  return file;
}

/* Without its limits it does not go on: a damaged file could take all memory. */
static void limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit before;
  if (getrlimit(resource, &before))
    _exit(0);
  struct rlimit wanted = {.rlim_cur = soft, .rlim_max = hard};
  if (wanted.rlim_max > before.rlim_max)
    wanted.rlim_max = before.rlim_max;
  if (wanted.rlim_cur > wanted.rlim_max)
    wanted.rlim_cur = wanted.rlim_max;
  if (setrlimit(resource, &wanted))
    _exit(0);
}

/* SIGXCPU ends it when a request takes longer. */
static void allow_time(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  rlim_t seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + MOST_SECONDS;
  limit(RLIMIT_CPU, seconds, RLIM_INFINITY);
}

static void serve(void) {
  static struct message message;
  for (;;) {
    union control control;
    struct iovec part = {&message, sizeof message};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    ssize_t size = recvmsg(CHANNEL, &header, MSG_CMSG_CLOEXEC);
    if (size < 0 && errno == EINTR)
      continue;
    const struct clab_naming_request *request = &message.head;
    if (size < (ssize_t)sizeof *request || request->image > CLAB_NAMING_NO_IMAGE ||
        request->places > CLAB_NAMING_MOST_PLACES || request->path_size >= CLAB_NAMING_MOST_PATH ||
        sizeof *request + request->places * sizeof(uint64_t) + request->path_size != (size_t)size)
      _exit(0);
    allow_time();
    if (request->image == CLAB_NAMING_NO_IMAGE) {
      answer_symbol(request, message.rest + request->places * sizeof(uint64_t));
      continue;
    }
    int file = descriptor_in(&header);
    if (file >= 0) {
      char path[CLAB_NAMING_MOST_PATH];
      memcpy(path, message.rest + request->places * sizeof(uint64_t), request->path_size);
      path[request->path_size] = 0;
      clab_image_close(images[request->image]);
      images[request->image] = open_image(file, path, request->depth);
    }
    answer(request, message.rest);
  }
}

static void be_first_to_be_killed(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0 && write(file, "1000", 4) < 0)
    errno = 0; /* the kernel's usual choice, then */
  close(file);
}

static void become(int channel, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(0);
  /* The keys of a terminal are for others. */
  setpgid(0, 0);
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_NAME, "crashlab-names");
  be_first_to_be_killed();
  /* A core pattern that is a pipe ignores RLIMIT_CORE 0 (core(5)), but not this. */
  prctl(PR_SET_DUMPABLE, 0);
  if (channel != CHANNEL)
    dup2(channel, CHANNEL);
  int null = open("/dev/null", O_RDWR);
  for (int i = 0; i < CHANNEL && null >= 0; i++)
    dup2(null, i);
  syscall(SYS_close_range, CHANNEL + 1, ~0U, 0);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_FSIZE, 1ULL << 30, 1ULL << 30);
  limit(RLIMIT_DATA, most_memory, most_memory_with_files);
  serve();
}

int clab_naming_start(int *channel) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
    return -1;
  pid_t parent = getpid();
  pid_t process = fork();
  if (process == 0) {
    become(ends[1], parent);
    _exit(0);
  }
  int error = errno;
  close(ends[1]);
  if (process > 0) {
    *channel = ends[0];
    return process;
  }
  close(ends[0]);
  errno = error;
  return -1;
}

int clab_naming_ask(int channel, const struct clab_naming_request *request, const uint64_t *offsets,
                    const char *path, int file) {
  struct iovec parts[] = {{(void *)request, sizeof *request},
                          {(void *)offsets, request->places * sizeof *offsets},
                          {(void *)path, request->path_size}};
  union control control = {0};
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = 3};
  if (file >= 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    *rights = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof file)};
    memcpy(CMSG_DATA(rights), &file, sizeof file);
  }
  ssize_t sent;
  do
    sent = sendmsg(channel, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}
