/*
 * Entering again: a program with other threads (a test runner) can't be forked, so it executes
 * itself anew, and the fresh copy becomes a laboratory before its main has run and while it has one
 * thread. What it is to run is named by where it lies in its image, which is the same file in both.
 */
#include "crashlab_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The library's; absent from a program that links the harness alone. */
extern void clab_enter_trial(void) __attribute__((weak));

static bool can_enter;

__attribute__((constructor)) static void enter(void) {
  can_enter = clab_enter_trial != NULL;
  /* Not from a program that has more rights than whoever started it. */
  if (can_enter && secure_getenv(CLAB_REQUEST_VARIABLE))
    clab_enter_trial();
}

bool clab_can_enter_again(void) { return can_enter; }

struct search {
  const char *image; /* of which; NULL: of whichever holds the address */
  uint64_t address;
  uint64_t offset;
  char *name;
  size_t size;
};

static bool is_code(const struct dl_phdr_info *info, uint64_t offset) {
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    if (segment->p_type == PT_LOAD && segment->p_flags & PF_X && offset >= segment->p_vaddr &&
        offset - segment->p_vaddr < segment->p_memsz)
      return true;
  }
  return false;
}

static int look(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  struct search *search = argument;
  if (search->image) {
    if (strcmp(search->image, info->dlpi_name) || !is_code(info, search->offset))
      return 0;
    search->address = info->dlpi_addr + search->offset;
    return 1;
  }
  uint64_t offset = search->address - info->dlpi_addr;
  if (!is_code(info, offset) || strlen(info->dlpi_name) >= search->size)
    return 0;
  strcpy(search->name, info->dlpi_name);
  search->offset = offset;
  return 1;
}

bool clab_place_of_code(uint64_t address, char *image, size_t size, uint64_t *offset) {
  struct search search = {.address = address, .name = image, .size = size};
  bool found = dl_iterate_phdr(look, &search);
  *offset = search.offset;
  return found;
}

uint64_t clab_code_at(const char *image, uint64_t offset) {
  struct search search = {.image = image, .offset = offset};
  return dl_iterate_phdr(look, &search) ? search.address : 0;
}

/* The copy has no standard input, its end of the pipe, and nothing else of the caller's. */
static int describe(posix_spawn_file_actions_t *actions, int end) {
  int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!error)
    error = posix_spawn_file_actions_adddup2(actions, end, CLAB_ANSWERS);
  return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, CLAB_ANSWERS + 1);
}

/* Resets the mask and the dispositions that the copy would inherit. */
static int be_fresh(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error)
    error = posix_spawnattr_setsigdefault(attributes, &all);
  return error
             ? error
             : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int clab_spawn_copy(char *const arguments[], char *const environment[], pid_t *process,
                    int *answers) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC))
    return errno;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  int error = describe(&actions, ends[1]);
  if (!error)
    error = be_fresh(&attributes);
  if (!error)
    error = posix_spawn(process, "/proc/self/exe", &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error)
    close(ends[0]);
  else
    *answers = ends[0];
  return error;
}
