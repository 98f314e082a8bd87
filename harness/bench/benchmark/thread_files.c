/* What any look at every thread of a process costs: its name and where it stands are in a file
 * each. */
#include "clab_benchmark.h"
#include "crashlab_harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool read_file(int folder, const char *thread, const char *name) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "%.20s/%s", thread, name);
  int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  bool is_read = read(file, text, sizeof text) >= 0;
  close(file);
  return is_read;
}

uint64_t clab_time_thread_files(pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)process);
  uint64_t started = clab_now();
  DIR *threads = opendir(path);
  if (threads == NULL)
    return 0;
  bool all = true;
  for (struct dirent *thread; (thread = readdir(threads)) != NULL;)
    if (thread->d_name[0] != '.')
      all = read_file(dirfd(threads), thread->d_name, "syscall") &&
            read_file(dirfd(threads), thread->d_name, "comm") && all;
  closedir(threads);
  return all ? clab_now() - started : 0;
}
