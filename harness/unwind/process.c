/* A live process as a target: memory by process_vm_readv, images by /proc/PID/maps. */
#include "clab_frame_index.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

struct process_context {
  pid_t process;
  struct clab_frame_index index; /* of the program itself, if it has no table of its own */
  bool indexed;
};

static size_t read_process(void *context, uint64_t address, void *buffer, size_t size) {
  const struct process_context *seen = context;
  size_t indexed = clab_frame_index_read(&seen->index, address, buffer, size);
  if (indexed > 0)
    return indexed;
  pid_t process = seen->process;
  struct iovec to = {buffer, size}, from = {(void *)address, size};
  ssize_t count = process_vm_readv(process, &to, 1, &from, 1, 0);
  return count > 0 ? (size_t)count : 0;
}

/* One line of maps. */
struct mapping {
  uint64_t low, high, offset;
  const char *file; /* device and inode, up to the blank after them */
  size_t file_size;
};

static const char *skip_word(const char *text) {
  while (*text != 0 && *text != ' ')
    text++;
  return *text == ' ' ? text + 1 : text;
}

/* low-high permissions offset device inode path: the numbers are hexadecimal. sscanf took most of
   the time of a walk. */
static bool parse_line(const char *line, struct mapping *mapping) {
  char *end;
  mapping->low = strtoull(line, &end, 16);
  if (*end != '-')
    return false;
  mapping->high = strtoull(end + 1, &end, 16);
  const char *offset = skip_word(*end == ' ' ? end + 1 : end);
  mapping->offset = strtoull(offset, &end, 16);
  if (end == offset || *end != ' ')
    return false;
  mapping->file = end + 1;
  mapping->file_size = (size_t)(skip_word(skip_word(mapping->file)) - mapping->file);
  return true;
}

/* The kernel's answer to one question about a mapping (linux/fs.h of Linux 6.11, struct
   procmap_query), far cheaper than the text of all of them. */
struct query {
  uint64_t size;
  uint64_t flags;
  uint64_t address;
  uint64_t low, high, permissions, page_size, offset, inode;
  uint32_t device_major, device_minor;
  uint32_t name_size, build_id_size;
  uint64_t name, build_id;
};

static bool ask(int maps, uint64_t address, struct query *query) {
  *query = (struct query){.size = sizeof *query, .address = address};
  return ioctl(maps, _IOWR('f', 17, struct query), query) == 0;
}

static bool is_same_file(const struct query *a, const struct query *b) {
  return a->inode == b->inode && a->device_major == b->device_major &&
         a->device_minor == b->device_minor;
}

/* Asks the kernel where the image begins. False if that takes more than three questions. */
static bool ask_base(const char *path, uint64_t address, uint64_t *base) {
  struct query here, first, below;
  int maps = open(path, O_RDONLY | O_CLOEXEC);
  if (maps < 0)
    return false;
  bool answered = ask(maps, address, &here) && ask(maps, here.low - here.offset, &first);
  /* A file smaller than a page is mapped from its first byte several times. */
  bool continues = answered && ask(maps, first.low - 1, &below) && is_same_file(&below, &first);
  close(maps);
  if (!answered || continues || first.low != here.low - here.offset || first.offset != 0 ||
      first.inode == 0 || !is_same_file(&first, &here))
    return false;
  *base = first.low;
  return true;
}

/* Finds where the image that `address` lies in begins: an image's mappings are of one file, and
   the first of them is of its offset 0. */
static bool find_base(pid_t process, uint64_t address, uint64_t *base) {
  enum { MOST_FILE = 64 };
  char path[32], *line = NULL, first_file[MOST_FILE] = "";
  size_t capacity = 0, first_size = 0;
  snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
  if (ask_base(path, address, base))
    return true;
  FILE *maps = fopen(path, "re");
  if (maps == NULL)
    return false;
  uint64_t end = 0;
  bool found = false;
  while (!found && getline(&line, &capacity, maps) > 0) {
    struct mapping mapping;
    if (!parse_line(line, &mapping) || mapping.file_size > MOST_FILE)
      continue;
    if (mapping.low > address)
      break;
    bool same =
        mapping.file_size == first_size && memcmp(mapping.file, first_file, first_size) == 0;
    if (mapping.offset == 0 && (mapping.low != end || !same)) {
      memcpy(first_file, mapping.file, mapping.file_size);
      first_size = mapping.file_size;
      *base = mapping.low;
      same = true;
    }
    end = mapping.high;
    found = address < mapping.high && same;
  }
  free(line);
  fclose(maps);
  return found;
}

/* A program that is linked statically often has no table to search: the linker leaves it out. */
static void index_program(struct process_context *seen, const struct clab_target *target,
                          struct clab_image *image) {
  char path[32];
  if (!seen->indexed) {
    seen->indexed = true;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)seen->process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
      clab_frame_index_make(&seen->index, target, image, file);
      close(file);
    }
  }
  clab_frame_index_use(&seen->index, image);
}

static bool find_process_image(void *context, uint64_t address, struct clab_image *image) {
  struct process_context *seen = context;
  const struct clab_target target = {.context = context, .read = read_process};
  uint64_t base = 0;
  if (!find_base(seen->process, address, &base) || !clab_image_at(&target, base, image))
    return false;
  if (image->eh_frame_header == 0)
    index_program(seen, &target, image);
  return true;
}

static struct clab_target target_of(struct process_context *seen,
                                    const struct clab_registers *registers) {
  return (struct clab_target){seen, read_process, find_process_image, *registers};
}

void clab_unwind_process(pid_t process, const struct clab_registers *registers, uint32_t mode,
                         struct clab_trace *trace) {
  struct process_context seen = {.process = process};
  struct clab_target target = target_of(&seen, registers);
  clab_unwind_target(&target, mode, trace, NULL, NULL);
  clab_frame_index_free(&seen.index);
}

void clab_unwind_process_oracle(pid_t process, const struct clab_registers *registers,
                                struct clab_trace *trace, struct clab_oracle_result *result) {
  struct process_context seen = {.process = process};
  struct clab_target target = target_of(&seen, registers);
  clab_unwind_target_oracle(&target, trace, result);
  clab_frame_index_free(&seen.index);
}
