/* A live process as a target: memory by process_vm_readv, images by /proc/PID/maps. */
#include "clab_unwind.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

static size_t read_process(void *context, uint64_t address, void *buffer, size_t size) {
  pid_t process = *(const pid_t *)context;
  struct iovec to = {buffer, size}, from = {(void *)address, size};
  ssize_t count = process_vm_readv(process, &to, 1, &from, 1, 0);
  return count > 0 ? (size_t)count : 0;
}

/* Finds where the image that `address` lies in begins: an image's mappings are of one file, and
   the first of them is of its offset 0. */
static bool find_base(pid_t process, uint64_t address, uint64_t *base) {
  char path[32], line[512], first_file[32] = "", file[32];
  snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
  FILE *maps = fopen(path, "re");
  if (maps == NULL)
    return false;
  uint64_t end = 0;
  bool found = false;
  while (!found && fgets(line, sizeof line, maps)) {
    uint64_t low, high, offset;
    /* low-high permissions offset device:device inode, the last two naming the file */
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %31[0-9a-f: ]", &low, &high, &offset,
               file) != 4)
      continue;
    if (low > address)
      break;
    if (offset == 0 && (low != end || strcmp(file, first_file) != 0)) {
      memcpy(first_file, file, sizeof file);
      *base = low;
    }
    end = high;
    found = address < high && strcmp(file, first_file) == 0;
  }
  fclose(maps);
  return found;
}

static bool find_process_image(void *context, uint64_t address, struct clab_image *image) {
  const struct clab_target target = {.context = context, .read = read_process};
  uint64_t base = 0;
  return find_base(*(const pid_t *)context, address, &base) && clab_image_at(&target, base, image);
}

static struct clab_target target_of(pid_t *process, const struct clab_registers *registers) {
  return (struct clab_target){process, read_process, find_process_image, *registers};
}

void clab_unwind_process(pid_t process, const struct clab_registers *registers, uint32_t mode,
                         struct clab_trace *trace) {
  struct clab_target target = target_of(&process, registers);
  clab_unwind_target(&target, mode, trace, NULL, NULL);
}

void clab_unwind_process_oracle(pid_t process, const struct clab_registers *registers,
                                struct clab_trace *trace, struct clab_oracle_result *result) {
  struct clab_target target = target_of(&process, registers);
  clab_unwind_target_oracle(&target, trace, result);
}
