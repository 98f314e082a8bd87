/*
 * The short report: what is known without reading a symbol. The stack is found in the mappings, and
 * what they do not tell is not said. The tables are static: the alternate stack may be a small one
 * of the program's.
 */
#include "compact/compact.h"

#include "compact/frames.h"
#include "compact/place.h"
#include "compact/secrets.h"
#include "plain/calls.h"
#include "plain/text.h"
#include "threads/stacks.h"

#include <sys/resource.h>

enum { PAGE = 4096, KERNEL_GAP = 1 << 20 }; /* stack_guard_gap: 256 pages */

static const struct {
  int signal;
  const char *name;
} names[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"},
             {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"}, {SIGSYS, "SIGSYS"}};

/* Async-signal-safe: yes */
static const char *name_of(int signal) {
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].signal == signal)
      return names[i].name;
  return "a signal";
}

/* Async-signal-safe: yes */
static bool has_address(int signal, const siginfo_t *info) {
  return (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0 && info->si_code != SI_KERNEL;
}

/* Async-signal-safe: yes */
static void tell_name_of_thread(struct clab_text *text) {
  char name[17] = {0};
  int file = (int)clab_call(SYS_openat, -100, (long)"/proc/thread-self/comm", 02000000, 0, 0);
  if (file < 0)
    return;
  long count = clab_call(SYS_read, file, (long)name, sizeof name - 1, 0, 0);
  clab_call(SYS_close, file, 0, 0, 0, 0);
  if (count <= 1)
    return;
  name[count - 1] = 0; /* the end of the line */
  clab_text_add(text, " '");
  clab_text_add_foreign(text, name, sizeof name);
  clab_text_add(text, "'");
}

/* Async-signal-safe: yes */
static void tell_signal(struct clab_text *text, int signal, const siginfo_t *info) {
  clab_text_add(text, "crashlab: ");
  clab_text_add(text, name_of(signal));
  if (has_address(signal, info)) {
    clab_text_add(text, info->si_code == SEGV_ACCERR && signal == SIGSEGV   ? " (SEGV_ACCERR)"
                        : info->si_code == SEGV_MAPERR && signal == SIGSEGV ? " (SEGV_MAPERR)"
                                                                            : "");
    clab_text_add(text, " at ");
    clab_text_add_address(text, clab_secrets_hidden((uint64_t)info->si_addr));
  } else if (info->si_code <= 0) {
    clab_text_add(text, " sent by process ");
    clab_text_add_number(text, (uint64_t)info->si_pid);
  } else {
    clab_text_add(text, " with code ");
    clab_text_add_number(text, (uint64_t)info->si_code);
  }
  clab_text_add(text, " in thread ");
  clab_text_add_number(text, (uint64_t)clab_call(SYS_gettid, 0, 0, 0, 0, 0));
  tell_name_of_thread(text);
  clab_text_add(text, " of process ");
  clab_text_add_number(text, (uint64_t)clab_call(SYS_getpid, 0, 0, 0, 0, 0));
  clab_text_add(text, "\n");
}

/* The lowest address that the main stack may grow to. Async-signal-safe: yes */
static uint64_t limit_of_main(const struct clab_place *place) {
  struct rlimit limit;
  if (clab_call(SYS_prlimit64, 0, RLIMIT_STACK, 0, (long)&limit, 0) ||
      limit.rlim_cur >= place->stack_high)
    return 0;
  return (place->stack_high - limit.rlim_cur + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

/* Async-signal-safe: yes */
static void tell_overflow(struct clab_text *text, const struct clab_place *place, uint64_t low,
                          uint64_t address) {
  clab_text_add(text, "crashlab: stack overflow: ");
  clab_text_add_number(text, low - address);
  clab_text_add(text, " bytes below the limit of ");
  clab_text_add(text, place->is_main    ? "the main stack"
                      : place->is_own   ? "the thread's stack"
                      : place->is_other ? "a stack that is not the thread's own (a coroutine's?)"
                                        : "the stack in use");
  clab_text_add(text, " (");
  clab_text_add_number(text, place->stack_high - low);
  clab_text_add(text, " bytes)");
  if (place->guard_high == low) {
    clab_text_add(text, ", in its guard of ");
    clab_text_add_number(text, place->guard_high - place->guard_low);
    clab_text_add(text, " bytes");
  }
  clab_text_add(text, "\n");
}

/* Async-signal-safe: yes */
static void tell_mapping(struct clab_text *text, const struct clab_place *place, uint64_t address) {
  clab_text_add(text, "crashlab: the address lies ");
  if (address < PAGE) {
    clab_text_add(text, "in the page of address 0");
  } else if (!place->is_mapped) {
    clab_text_add(text, "in no mapping");
  } else {
    clab_text_add(text, "in a mapping of ");
    clab_text_add_number(text, place->at.high - place->at.low);
    clab_text_add(text, " bytes (");
    clab_text_add(text, place->at.readable ? "r" : "-");
    clab_text_add(text, place->at.writable ? "w" : "-");
    clab_text_add(text, place->at.executable ? "x" : "-");
    clab_text_add(text, ")");
    if (place->at.name[0]) {
      clab_text_add(text, " of ");
      clab_text_add_foreign(text, place->at.name, sizeof place->at.name);
    }
  }
  clab_text_add(text, "\n");
}

/* Async-signal-safe: yes */
static void tell_place(struct clab_text *text, const struct clab_place *place, uint64_t address) {
  uint64_t limit = place->is_main ? limit_of_main(place) : 0;
  bool in_guard = place->guard_low <= address && address < place->guard_high;
  /* Beside the limit of the main stack lies a gap that the kernel keeps. */
  bool below_main = limit && address < limit && limit - address < KERNEL_GAP;
  if (in_guard)
    tell_overflow(text, place, place->guard_high, address);
  else if (below_main)
    tell_overflow(text, place, limit, address);
  else
    tell_mapping(text, place, address);
}

/* The image that a row's code is in, by one pass over the mappings a row. Async-signal-safe: yes */
static void tell_image(struct clab_text *text, uint64_t address) {
  static struct clab_maps maps;
  static struct clab_map map;
  uint64_t base = 0;
  if (!clab_maps_open(&maps))
    return;
  while (clab_maps_next(&maps, &map)) {
    if (map.offset == 0)
      base = map.low;
    if (address < map.low || address >= map.high)
      continue;
    if (map.name[0]) {
      clab_text_add(text, " in ");
      clab_text_add_foreign(text, map.name, sizeof map.name);
      clab_text_add(text, " + ");
      clab_text_add_address(text, address - (base && map.name[0] == '/' ? base : map.low));
    }
    break;
  }
  clab_maps_close(&maps);
}

/* Async-signal-safe: yes */
static void tell_frames(struct clab_text *text, const ucontext_t *context,
                        const struct clab_place *place) {
  static struct clab_frames frames;
  clab_frames_walk(&frames, context, place->stack_low, place->stack_high);
  clab_text_add(text, "crashlab: by frame pointers, ");
  clab_text_add_number(text, frames.frames);
  clab_text_add(text, " frames:\n");
  bool is_left_out = false;
  for (uint64_t row = 0; row < frames.rows; row++) {
    const struct clab_frame *frame = clab_frames_row(&frames, row);
    if (!frame) {
      if (!is_left_out)
        clab_text_add(text, "  ...\n");
      is_left_out = true;
      row = frames.rows - CLAB_FRAMES_LAST - 1; /* whatever is left out */
      continue;
    }
    clab_text_add(text, "  ");
    clab_text_add_address(text, clab_secrets_hidden(frame->address));
    tell_image(text, frame->address);
    if (frame->count > 1) {
      clab_text_add(text, " x ");
      clab_text_add_number(text, frame->count);
    }
    clab_text_add(text, "\n");
  }
}

void clab_compact_report(int signal, const siginfo_t *info, const ucontext_t *context) {
  static struct clab_text text;
  static struct clab_place place;
  text.used = 0;
  tell_signal(&text, signal, info);
  bool knows =
      clab_place_find(&place, has_address(signal, info) ? (uint64_t)info->si_addr : ~UINT64_C(0),
                      clab_frames_stack_pointer(context), clab_own.stack_mark);
  if (knows && has_address(signal, info))
    tell_place(&text, &place, (uint64_t)info->si_addr);
  clab_text_add(&text, "crashlab: pc ");
  clab_text_add_address(&text, clab_secrets_hidden(clab_frames_program_counter(context)));
  clab_text_add(&text, ", sp ");
  clab_text_add_address(&text, clab_secrets_hidden(clab_frames_stack_pointer(context)));
  clab_text_add(&text, "\n");
  if (knows)
    tell_frames(&text, context, &place);
  clab_text_end(&text);
}
