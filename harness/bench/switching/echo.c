/*
 * An echo service and its load: a client that keeps a fixed number of requests under way over many
 * connections, and two ways to serve them. The server is a process of its own, so that what it used
 * can be told from what the client used.
 */
#include "clab_coroutine.h"
#include "crashlab_harness.h"
#include "switching/child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE = 4096, EVENTS = 512, STACK_SIZE = 16 * 1024 };

/* ---- the servers ----------------------------------------------------------------------------- */

static void *serve_one(void *argument) {
  int connection = (int)(intptr_t)argument;
  char message[MESSAGE];
  for (ssize_t n; (n = read(connection, message, sizeof message)) > 0;)
    if (write(connection, message, (size_t)n) != n)
      break;
  return NULL;
}

int clab_serve_with_threads(const int *connections, uint32_t count, void *argument) {
  (void)argument;
  pthread_t *threads = calloc(count, sizeof *threads);
  if (!threads)
    return errno;
  for (uint32_t i = 0; i < count; i++) {
    int error = pthread_create(&threads[i], NULL, serve_one, (void *)(intptr_t)connections[i]);
    if (error)
      return error;
  }
  for (uint32_t i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
  free(threads);
  return 0;
}

struct conversation {
  struct clab_coroutine coroutine;
  int connection;
};

static void converse(void *argument) {
  const struct conversation *conversation = argument;
  char message[MESSAGE];
  for (;;) {
    ssize_t n = read(conversation->connection, message, sizeof message);
    if (n < 0 && errno == EAGAIN)
      clab_coroutine_suspend();
    else if (n <= 0 || write(conversation->connection, message, (size_t)n) != n)
      return;
  }
}

int clab_serve_with_coroutines(const int *connections, uint32_t count, void *argument) {
  (void)argument;
  int queue = epoll_create1(EPOLL_CLOEXEC);
  struct conversation *conversations = calloc(count, sizeof *conversations);
  char *stacks = mmap(NULL, (size_t)count * STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (queue < 0 || !conversations || stacks == MAP_FAILED)
    return errno;
  for (uint32_t i = 0; i < count; i++) {
    struct conversation *conversation = &conversations[i];
    conversation->connection = connections[i];
    fcntl(connections[i], F_SETFL, O_NONBLOCK);
    clab_coroutine_init(&conversation->coroutine, stacks + (size_t)i * STACK_SIZE, STACK_SIZE,
                        converse, conversation);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = conversation};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, connections[i], &event) < 0)
      return errno;
  }
  for (uint32_t open = count; open > 0;) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(queue, events, EVENTS, -1);
    if (n < 0 && errno != EINTR)
      return errno;
    for (int i = 0; i < n; i++) {
      struct conversation *conversation = events[i].data.ptr;
      if (conversation->coroutine.state == CLAB_COROUTINE_SUSPENDED &&
          clab_coroutine_resume(&conversation->coroutine) == CLAB_COROUTINE_FINISHED)
        open--;
    }
  }
  munmap(stacks, (size_t)count * STACK_SIZE);
  free(conversations);
  close(queue);
  return 0;
}

/* ---- the client ------------------------------------------------------------------------------ */

struct client {
  const struct clab_echo *echo;
  const int *connections;
  uint64_t *sent_at;
  uint32_t *received; /* bytes of the answer under way */
  uint32_t next;      /* connection to use, in an order that is no neighbour's */
  int queue;
  char message[MESSAGE];
};

/* Connections are taken at a stride with no common factor, so that all are used equally often. */
static uint32_t stride(uint32_t count) {
  for (uint32_t step = count * 5 / 8 + 1;; step++) {
    uint32_t a = count, b = step;
    while (b) {
      uint32_t rest = a % b;
      a = b;
      b = rest;
    }
    if (a == 1)
      return step;
  }
}

static int request(struct client *client) {
  uint32_t connection = client->next;
  client->next = (uint32_t)(((uint64_t)connection + stride(client->echo->connections)) %
                            client->echo->connections);
  client->received[connection] = 0;
  client->sent_at[connection] = clab_now();
  ssize_t n = write(client->connections[connection], client->message, client->echo->size);
  return n == (ssize_t)client->echo->size ? 0 : n < 0 ? errno : EIO;
}

/* Sends `requests` requests, at most `in_flight` of them under way, and notes how long each took.
 */
static int load(struct client *client, uint32_t requests, uint32_t *latencies) {
  uint32_t sent = 0, answered = 0;
  int error;
  for (; sent < requests && sent < client->echo->in_flight; sent++)
    if ((error = request(client)))
      return error;
  while (answered < requests) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(client->queue, events, EVENTS, -1);
    if (n < 0 && errno != EINTR)
      return errno;
    for (int i = 0; i < n; i++) {
      uint32_t connection = events[i].data.u32;
      ssize_t size = read(client->connections[connection], client->message, client->echo->size);
      if (size <= 0)
        return size < 0 ? errno : ECONNRESET;
      if ((client->received[connection] += (uint32_t)size) < client->echo->size)
        continue;
      uint64_t latency = clab_now() - client->sent_at[connection];
      if (latencies)
        latencies[answered] = latency > UINT32_MAX ? UINT32_MAX : (uint32_t)latency;
      answered++;
      if (sent < requests) {
        sent++;
        if ((error = request(client)))
          return error;
      }
    }
  }
  return 0;
}

static int run_client(const struct clab_echo *echo, const int *connections, uint32_t *latencies,
                      uint64_t *elapsed) {
  struct client client = {.echo = echo, .connections = connections};
  client.sent_at = calloc(echo->connections, sizeof *client.sent_at);
  client.received = calloc(echo->connections, sizeof *client.received);
  client.queue = epoll_create1(EPOLL_CLOEXEC);
  if (!client.sent_at || !client.received || client.queue < 0)
    return errno;
  for (uint32_t i = 0; i < echo->connections; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    if (epoll_ctl(client.queue, EPOLL_CTL_ADD, connections[i], &event) < 0)
      return errno;
  }
  int error = load(&client, echo->connections, NULL);
  if (error)
    return error;
  uint64_t start = clab_now();
  error = load(&client, echo->requests, latencies);
  *elapsed = clab_now() - start;
  return error;
}

/* ---- both ------------------------------------------------------------------------------------ */

struct echo_order {
  const struct clab_echo *echo;
  clab_server serve;
  void *argument;
  uint32_t *latencies;
};

static uint64_t nanoseconds(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

static int allow_descriptors(uint32_t count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
    return errno;
  if (limit.rlim_cur >= count)
    return 0;
  limit.rlim_cur = count;
  if (limit.rlim_max < count)
    limit.rlim_max = count;
  return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? EMFILE : 0;
}

/* Connections in place of socket pairs, so that neither side ever holds the ends of both: ten
   thousand pairs are twenty thousand descriptors, more than a process is often permitted. */
static int listen_unnamed(struct sockaddr_un *address, socklen_t *size) {
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  *size = sizeof *address;
  /* Bound to nothing but its family, it gets a name of the kernel's choice: unix(7), autobind. */
  if (listener < 0 || bind(listener, (struct sockaddr *)address, sizeof(sa_family_t)) < 0 ||
      getsockname(listener, (struct sockaddr *)address, size) < 0 ||
      listen(listener, SOMAXCONN) < 0)
    return -1;
  return listener;
}

static int run_server(const struct echo_order *order, int listener, int *connections) {
  for (uint32_t i = 0; i < order->echo->connections; i++)
    if ((connections[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
      return errno;
  return order->serve(connections, order->echo->connections, order->argument);
}

static int connect_all(const struct sockaddr_un *address, socklen_t size, int *connections,
                       uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    connections[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connections[i] < 0 || connect(connections[i], (const struct sockaddr *)address, size) < 0)
      return errno;
  }
  return 0;
}

/* In the placement of the server, which inherits it; the client is this process, placed anew. */
static int measure(void *shared, const void *argument) {
  const struct echo_order *order = argument;
  const struct clab_echo *echo = order->echo;
  struct clab_echo_result *result = shared;
  int error = allow_descriptors(echo->connections + 64);
  if (error)
    return error;
  int *connections = calloc(echo->connections, sizeof *connections);
  struct sockaddr_un address;
  socklen_t size;
  int listener = listen_unnamed(&address, &size);
  if (!connections || listener < 0)
    return errno;
  pid_t server = clab_fork_companion();
  if (server < 0)
    return errno;
  if (server == 0)
    _exit(run_server(order, listener, connections));
  struct clab_placement mine = {.cpu = echo->client_cpu, .policy = SCHED_OTHER};
  error = clab_place(&mine);
  if (!error)
    error = connect_all(&address, size, connections, echo->connections);
  if (!error)
    error = run_client(echo, connections, order->latencies, &result->elapsed);
  if (error)
    kill(server, SIGKILL);
  for (uint32_t i = 0; i < echo->connections; i++)
    close(connections[i]);
  struct rusage usage;
  int status;
  while (wait4(server, &status, 0, &usage) < 0)
    if (errno != EINTR)
      return errno;
  if (!error && status)
    error = WIFEXITED(status) ? WEXITSTATUS(status) : ECANCELED;
  result->server_processor = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
  result->server_peak = (uint64_t)usage.ru_maxrss * 1024;
  result->server_switches = (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
  return error;
}

int clab_measure_echo(const struct clab_echo *echo, const struct clab_placement *placement,
                      clab_server serve, void *argument, uint32_t *latencies,
                      struct clab_echo_result *result) {
  if (echo->connections == 0 || echo->in_flight == 0 || echo->in_flight > echo->connections ||
      echo->requests == 0 || echo->size == 0 || echo->size > MESSAGE)
    return EINVAL;
  size_t size = echo->requests * sizeof *latencies;
  uint32_t *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return errno;
  struct echo_order order = {
      .echo = echo, .serve = serve, .argument = argument, .latencies = shared};
  int error = clab_measure_in_child(placement, measure, &order, result, sizeof *result);
  if (!error)
    memcpy(latencies, shared, size);
  munmap(shared, size);
  return error;
}
