/*
 * Which files are opened: regular ones only. And where separate debug information is looked for, as
 * gdb and elfutils do (gdb manual, "Debugging Information in Separate Files"). A separate file is
 * taken only if its build identifier or its checksum is the right one.
 */
#include "files.h"

#include "inflate.h"

#include <dlfcn.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEBUG_ROOT "/usr/lib/debug"

int clab_naming_open(const char *path) {
  int place = open(path, O_PATH | O_CLOEXEC);
  if (place < 0)
    return -1;
  struct stat status;
  int file = -1;
  if (fstat(place, &status) == 0) {
    if (S_ISREG(status.st_mode)) {
      char name[32];
      snprintf(name, sizeof name, "/proc/self/fd/%d", place);
      file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } else {
      errno = EINVAL;
    }
  }
  int error = errno;
  close(place);
  errno = error;
  return file;
}

void clab_limit_grow(int file) {
  struct stat status;
  struct rlimit limit;
  if (fstat(file, &status) || getrlimit(RLIMIT_DATA, &limit) || limit.rlim_cur == RLIM_INFINITY)
    return;
  rlim_t size = status.st_size > 0 ? (rlim_t)status.st_size : 0;
  rlim_t wanted = limit.rlim_cur + size;
  if (wanted < limit.rlim_cur || wanted > limit.rlim_max)
    wanted = limit.rlim_max;
  limit.rlim_cur = wanted;
  setrlimit(RLIMIT_DATA, &limit);
}

/* What a separate file must have. */
struct identity {
  const unsigned char *build;
  int build_size;
  GElf_Word checksum;
};

static bool has_build_identifier(int file, const struct identity *wanted) {
  Elf *elf = elf_begin(file, ELF_C_READ, NULL);
  const void *build = NULL;
  ssize_t size = elf ? dwelf_elf_gnu_build_id(elf, &build) : -1;
  bool same = size == wanted->build_size && memcmp(build, wanted->build, size) == 0;
  elf_end(elf);
  return same;
}

/* CRC-32 as in IEEE 802.3, which .gnu_debuglink uses. */
static uint32_t checksum(uint32_t sum, const unsigned char *bytes, size_t count) {
  static uint32_t table[256];
  if (!table[1])
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; bit++)
        value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
      table[i] = value;
    }
  sum = ~sum;
  for (size_t i = 0; i < count; i++)
    sum = table[(sum ^ bytes[i]) & 0xff] ^ sum >> 8;
  return ~sum;
}

static bool has_checksum(int file, GElf_Word wanted) {
  static unsigned char buffer[1 << 16];
  uint32_t sum = 0;
  ssize_t count;
  off_t offset = 0;
  while ((count = pread(file, buffer, sizeof buffer, offset)) > 0) {
    sum = checksum(sum, buffer, count);
    offset += count;
  }
  return count == 0 && sum == wanted;
}

static int open_if_same(const char *path, const struct identity *wanted) {
  int file = clab_naming_open(path);
  if (file < 0)
    return -1;
  bool same = wanted->build_size > 0 ? has_build_identifier(file, wanted)
                                     : has_checksum(file, wanted->checksum);
  if (!same) {
    close(file);
    return -1;
  }
  file = clab_inflated(file);
  clab_limit_grow(file);
  return file;
}

static int open_by_build_identifier(const struct identity *wanted) {
  char path[sizeof DEBUG_ROOT + 160];
  if (wanted->build_size < 2 || wanted->build_size > 64)
    return -1;
  int at = snprintf(path, sizeof path, DEBUG_ROOT "/.build-id/%02x/", wanted->build[0]);
  for (int i = 1; i < wanted->build_size; i++)
    at += snprintf(path + at, sizeof path - at, "%02x", wanted->build[i]);
  snprintf(path + at, sizeof path - at, ".debug");
  return open_if_same(path, wanted);
}

static int directory_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? (int)(slash - path) : 0;
}

static int open_by_link(const char *file, const char *link, const struct identity *wanted) {
  int length = directory_length(file);
  if (!link || !*link || strchr(link, '/') || length > PATH_MAX)
    return -1;
  static const char *const forms[] = {"%.*s/%s", "%.*s/.debug/%s", DEBUG_ROOT "%.*s/%s"};
  char path[2 * PATH_MAX];
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    int size = snprintf(path, sizeof path, forms[i], length, file, link);
    int found = size < (int)sizeof path ? open_if_same(path, wanted) : -1;
    if (found >= 0)
      return found;
  }
  return -1;
}

static time_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}

/* From the servers that DEBUGINFOD_URLS names; libdw has loaded the client only if there are any.
 */
static int ask_servers(Dwfl *dwfl, const struct identity *wanted) {
  typedef int find(void *client, const unsigned char *build, int size, char **path);
  const char *servers = getenv("DEBUGINFOD_URLS");
  /* In seconds, for its first 100 KB (debuginfod_find_debuginfo(3)); its own default is 90, and
     then twice again. */
  setenv("DEBUGINFOD_TIMEOUT", "20", 0);
  setenv("DEBUGINFOD_RETRY_LIMIT", "0", 0);
  void *client = servers && *servers ? dwfl_get_debuginfod_client(dwfl) : NULL;
  void *library = client ? dlopen("libdebuginfod.so.1", RTLD_LAZY | RTLD_NOLOAD) : NULL;
  find *debuginfo = library ? (find *)dlsym(library, "debuginfod_find_debuginfo") : NULL;
  static bool are_silent;
  if (!debuginfo || wanted->build_size <= 0 || are_silent)
    return -1;
  time_t before = now();
  int file = debuginfo(client, wanted->build, wanted->build_size, NULL);
  if (file < 0) {
    /* Whoever was waited for to the end is not asked for the next file. */
    int patience = atoi(getenv("DEBUGINFOD_TIMEOUT"));
    are_silent = patience > 0 && now() - before >= patience;
    return -1;
  }
  file = clab_inflated(file);
  clab_limit_grow(file);
  return file;
}

int clab_debug_file_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
                         const char *file, const char *link, GElf_Word link_checksum,
                         char **found) {
  (void)name;
  (void)base;
  const struct image *image = *user;
  *found = NULL;
  struct identity wanted = {.checksum = link_checksum};
  GElf_Addr address;
  wanted.build_size = dwfl_module_build_id(module, &wanted.build, &address);
  int descriptor = open_by_build_identifier(&wanted);
  if (descriptor < 0)
    descriptor = open_by_link(file ? file : image->path, link, &wanted);
  if (descriptor < 0)
    descriptor = ask_servers(image->dwfl, &wanted);
  return descriptor;
}

void clab_debug_alternate_find(struct image *image) {
  const char *name;
  const void *build;
  ssize_t size = dwelf_dwarf_gnu_debugaltlink(image->dwarf, &name, &build);
  if (size <= 0)
    return;
  struct identity wanted = {.build = build, .build_size = (int)size};
  int file = open_by_build_identifier(&wanted);
  if (file < 0 && name[0] == '/')
    file = open_if_same(name, &wanted);
  if (file < 0 && name[0] != '/') {
    const char *main_file = NULL;
    const char *debug_file = NULL;
    dwfl_module_info(image->module, NULL, NULL, NULL, NULL, NULL, &main_file, &debug_file);
    const char *beside = debug_file ? debug_file : image->path;
    char path[2 * PATH_MAX];
    int length = directory_length(beside);
    if (length <= PATH_MAX &&
        snprintf(path, sizeof path, "%.*s/%s", length, beside, name) < (int)sizeof path)
      file = open_if_same(path, &wanted);
  }
  if (file < 0)
    file = ask_servers(image->dwfl, &wanted);
  if (file < 0)
    return;
  image->alternate = dwarf_begin(file, DWARF_C_READ);
  image->alternate_file = file;
  if (image->alternate)
    dwarf_setalt(image->dwarf, image->alternate);
}
