/* A live process as a target: memory by process_vm_readv, images by /proc/PID/maps. */
#include "clab_frame_index.h"
#include "target/maps.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_DEBUG_IMAGES = 16 };

/* The information in the file of an image. */
struct debug_image {
  uint64_t end; /* of the image */
  struct clab_debug_frames frames;
};

struct process_context {
  pid_t process;
  struct clab_frame_index index; /* of the program itself, if it has no table of its own */
  bool indexed;
  unsigned debug_count;
  struct debug_image debug[MOST_DEBUG_IMAGES];
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
  if (!clab_maps_find_base(seen->process, address, &base) || !clab_image_at(&target, base, image))
    return false;
  if (image->eh_frame_header == 0)
    index_program(seen, &target, image);
  return true;
}

static bool is_process_code(void *context, uint64_t address) {
  return clab_maps_is_executable(((const struct process_context *)context)->process, address);
}

/* Opens the file that was mapped: through the mapping itself, or by its name if it is still that
   file. */
static int open_mapped(pid_t process, const struct clab_mapping *mapping) {
  char path[64 + CLAB_LONGEST_PATH];
  struct stat status;
  snprintf(path, sizeof path, "/proc/%d/map_files/%lx-%lx", (int)process,
           (unsigned long)mapping->low, (unsigned long)mapping->high);
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && mapping->path[0] == '/') {
    snprintf(path, sizeof path, "/proc/%d/root%s", (int)process, mapping->path);
    file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  }
  if (file >= 0 &&
      (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_ino != mapping->inode)) {
    close(file);
    return -1;
  }
  return file;
}

static const struct clab_debug_frames *find_debug_frames(void *context,
                                                         const struct clab_image *image) {
  struct process_context *seen = context;
  struct clab_mapping mapping;
  for (unsigned i = 0; i < seen->debug_count; i++)
    if (seen->debug[i].end == image->high)
      return &seen->debug[i].frames;
  if (seen->debug_count == MOST_DEBUG_IMAGES)
    return NULL;
  struct debug_image *debug = &seen->debug[seen->debug_count++];
  *debug = (struct debug_image){.end = image->high};
  /* The index of a program lies below it, and is taken for a part of it. */
  uint64_t base =
      seen->index.header == image->low && seen->index.image ? seen->index.image : image->low;
  if (!clab_maps_find(seen->process, base, &mapping) || mapping.low != base)
    return &debug->frames;
  int file = open_mapped(seen->process, &mapping);
  if (file >= 0) {
    clab_debug_frames_make(&debug->frames, file, base);
    close(file);
  }
  return &debug->frames;
}

static void forget(struct process_context *seen) {
  clab_frame_index_free(&seen->index);
  for (unsigned i = 0; i < seen->debug_count; i++)
    clab_debug_frames_free(&seen->debug[i].frames);
}

static struct clab_target target_of(struct process_context *seen,
                                    const struct clab_registers *registers) {
  return (struct clab_target){.context = seen,
                              .read = read_process,
                              .find_image = find_process_image,
                              .is_executable = is_process_code,
                              .find_debug_frames = find_debug_frames,
                              .registers = *registers};
}

void clab_unwind_process(pid_t process, const struct clab_registers *registers, uint32_t mode,
                         struct clab_trace *trace) {
  struct process_context seen = {.process = process};
  struct clab_target target = target_of(&seen, registers);
  clab_unwind_target(&target, mode, trace, NULL, NULL);
  forget(&seen);
}

void clab_unwind_process_oracle(pid_t process, const struct clab_registers *registers,
                                struct clab_trace *trace, struct clab_oracle_result *result) {
  struct process_context seen = {.process = process};
  struct clab_target target = target_of(&seen, registers);
  clab_unwind_target_oracle(&target, trace, result);
  forget(&seen);
}
