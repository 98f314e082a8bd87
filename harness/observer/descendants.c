/*
 * Ending whatever a process has started: it has no group of its own, or the terminal's keys would
 * not reach it.
 */
#include "clab_observer.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST = 1024 };

/* Those that were found. Each is held by a descriptor: its number is not another's meanwhile. */
struct found {
  int count;
  pid_t processes[MOST];
  int descriptors[MOST];
};

static void add(struct found *found, pid_t process) {
  if (found->count == MOST)
    return;
  int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
  if (descriptor < 0)
    return;
  found->processes[found->count] = process;
  found->descriptors[found->count++] = descriptor;
}

/* CONFIG_PROC_CHILDREN; a thread that is gone has none. */
static void add_children_of(struct found *found, pid_t process, const char *thread) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", process, thread);
  FILE *file = fopen(path, "re");
  int child;
  while (file && fscanf(file, "%d", &child) == 1)
    add(found, child);
  if (file)
    fclose(file);
}

static void add_all_children_of(struct found *found, pid_t process) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  for (struct dirent *thread; threads && (thread = readdir(threads));)
    if (thread->d_name[0] != '.')
      add_children_of(found, process, thread->d_name);
  if (threads)
    closedir(threads);
}

void clab_observer_end_descendants(pid_t process) {
  struct found *found = calloc(1, sizeof *found);
  if (!found)
    return;
  add_all_children_of(found, process);
  for (int i = 0; i < found->count; i++)
    add_all_children_of(found, found->processes[i]);
  for (int i = 0; i < found->count; i++) {
    syscall(SYS_pidfd_send_signal, found->descriptors[i], SIGKILL, NULL, 0);
    close(found->descriptors[i]);
  }
  free(found);
}
