#include "target/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ---- by the kernel's answer to one question (Linux 6.11) --------------------------------------
 */

/* linux/fs.h, struct procmap_query: far cheaper than the text of all mappings. */
struct query {
  uint64_t size;
  uint64_t flags;
  uint64_t address;
  uint64_t low, high, permissions, page_size, offset, inode;
  uint32_t device_major, device_minor;
  uint32_t name_size, build_id_size;
  uint64_t name, build_id;
};

enum { QUERY_EXECUTABLE = 4 };

static int open_maps(pid_t process) {
  static const char begin[] = "/proc/", end[] = "/maps";
  char path[32], digits[12];
  size_t size = 0, count = 0;
  for (unsigned rest = (unsigned)process; rest > 0 && count < sizeof digits; rest /= 10)
    digits[count++] = (char)('0' + rest % 10);
  memcpy(path, begin, sizeof begin - 1);
  size = sizeof begin - 1;
  while (count > 0)
    path[size++] = digits[--count];
  memcpy(path + size, end, sizeof end);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static bool ask(int maps, uint64_t address, struct clab_mapping *mapping) {
  struct query query = {.size = sizeof query,
                        .address = address,
                        .name_size = sizeof mapping->path,
                        .name = (uint64_t)(uintptr_t)mapping->path};
  mapping->path[0] = 0;
  int result = ioctl(maps, _IOWR('f', 17, struct query), &query);
  if (result != 0 && errno == ENAMETOOLONG) {
    query.name_size = 0;
    query.name = 0;
    mapping->path[0] = 0;
    result = ioctl(maps, _IOWR('f', 17, struct query), &query);
  }
  mapping->low = query.low;
  mapping->high = query.high;
  mapping->offset = query.offset;
  mapping->device = makedev(query.device_major, query.device_minor);
  mapping->inode = query.inode;
  mapping->executable = query.permissions & QUERY_EXECUTABLE;
  return result == 0;
}

/* ---- by the text ------------------------------------------------------------------------------
 */

/* The text is read line by line. */
struct lines {
  int file;
  size_t begin, end;
  char text[2 * CLAB_LONGEST_PATH];
};

static struct lines the_lines; /* too large for an alternate stack */

/* The next line without its end, or NULL; one that is longer than the buffer is cut off. */
static char *next_line(struct lines *lines) {
  for (;;) {
    char *line = lines->text + lines->begin;
    char *end = memchr(line, '\n', lines->end - lines->begin);
    if (end != NULL) {
      *end = 0;
      lines->begin = (size_t)(end + 1 - lines->text);
      return line;
    }
    memmove(lines->text, line, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    if (lines->end == sizeof lines->text)
      lines->end /= 2; /* of a path that is too long the rest is not needed */
    ssize_t count = read(lines->file, lines->text + lines->end, sizeof lines->text - lines->end);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return NULL;
    lines->end += (size_t)count;
  }
}

static bool take(const char **text, char expected) {
  if (**text != expected)
    return false;
  ++*text;
  return true;
}

static uint64_t number(const char **text, unsigned base) {
  uint64_t value = 0;
  for (;; ++*text) {
    char c = **text;
    unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                            : 16;
    if (digit >= base)
      return value;
    value = value * base + digit;
  }
}

/* low-high permissions offset device inode path: the numbers are hexadecimal, the inode decimal. */
static bool parse(const char *line, struct clab_mapping *mapping) {
  mapping->low = number(&line, 16);
  if (!take(&line, '-'))
    return false;
  mapping->high = number(&line, 16);
  if (!take(&line, ' ') || strnlen(line, 5) < 5)
    return false;
  mapping->executable = line[2] == 'x';
  line += 4;
  if (!take(&line, ' '))
    return false;
  mapping->offset = number(&line, 16);
  if (!take(&line, ' '))
    return false;
  unsigned major = (unsigned)number(&line, 16);
  if (!take(&line, ':'))
    return false;
  mapping->device = makedev(major, (unsigned)number(&line, 16));
  if (!take(&line, ' '))
    return false;
  mapping->inode = number(&line, 10);
  while (take(&line, ' ')) {
  }
  size_t size = strlen(line);
  bool fits = size < sizeof mapping->path;
  memcpy(mapping->path, fits ? line : "", fits ? size + 1 : 1);
  return true;
}

static bool read_until(struct lines *lines, uint64_t address, struct clab_mapping *mapping) {
  for (char *line; (line = next_line(lines)) != NULL;)
    if (parse(line, mapping) && address < mapping->high)
      return address >= mapping->low;
  return false;
}

bool clab_maps_find(pid_t process, uint64_t address, struct clab_mapping *mapping) {
  int saved_errno = errno;
  int maps = open_maps(process);
  if (maps < 0)
    return false;
  bool found = ask(maps, address, mapping);
  if (!found && errno != ENOENT) {
    the_lines.file = maps;
    the_lines.begin = the_lines.end = 0;
    found = read_until(&the_lines, address, mapping);
  }
  close(maps);
  errno = saved_errno;
  return found;
}

bool clab_maps_is_executable(pid_t process, uint64_t address) {
  static struct clab_mapping mapping;
  return clab_maps_find(process, address, &mapping) && mapping.executable;
}

/* ---- images -----------------------------------------------------------------------------------
 */

static bool is_same_file(const struct clab_mapping *a, const struct clab_mapping *b) {
  return a->inode == b->inode && a->device == b->device;
}

/* Asks the kernel where the image begins. False if that takes more than three questions. */
static bool ask_base(int maps, uint64_t address, uint64_t *base) {
  static struct clab_mapping here, first, below;
  if (!ask(maps, address, &here))
    return false;
  /* The kernel's own image, [vdso]: its neighbours are of no file as well. */
  if (here.inode == 0) {
    *base = here.low;
    return true;
  }
  bool answered = ask(maps, here.low - here.offset, &first);
  /* A file smaller than a page is mapped from its first byte several times. */
  bool continues = answered && ask(maps, first.low - 1, &below) && is_same_file(&below, &first);
  if (!answered || continues || first.low != here.low - here.offset || first.offset != 0 ||
      !is_same_file(&first, &here))
    return false;
  *base = first.low;
  return true;
}

static bool read_base(struct lines *lines, uint64_t address, uint64_t *base) {
  static struct clab_mapping mapping, first;
  uint64_t end = 0;
  for (char *line; (line = next_line(lines)) != NULL;) {
    if (!parse(line, &mapping))
      continue;
    if (mapping.low > address)
      return false;
    bool same = end != 0 && mapping.inode != 0 && is_same_file(&mapping, &first);
    if (mapping.inode == 0 || (mapping.offset == 0 && (mapping.low != end || !same))) {
      first = mapping;
      *base = mapping.low;
      same = true;
    }
    end = mapping.high;
    if (address < mapping.high)
      return same;
  }
  return false;
}

bool clab_maps_find_base(pid_t process, uint64_t address, uint64_t *base) {
  int maps = open_maps(process);
  if (maps < 0)
    return false;
  bool found = ask_base(maps, address, base);
  if (!found) {
    the_lines.file = maps;
    the_lines.begin = the_lines.end = 0;
    found = read_base(&the_lines, address, base);
  }
  close(maps);
  return found;
}
