/*
 * One step by libunwind, from any registers, over any target: what no proved rule covers.
 *
 * It is libunwind's remote interface even for the own process: all its memory accesses then go
 * through the walk's window and its safe reads, so that a corrupt chain cannot fault in here, and
 * its look-up of unwind information is replaced by one that needs no lock and that also finds the
 * tables of images whose text has another file offset than address.
 */
#include "unwind/step.h"

#include <libunwind.h>

/* Exported by libunwind for such look-ups, as Linux perf uses it, but in no header. */
#define dwarf_search_unwind_table UNW_OBJ(dwarf_search_unwind_table)
extern int dwarf_search_unwind_table(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t *info,
                                     unw_proc_info_t *result, int need_unwind_info, void *arg);

/* What libunwind's call-backs are given. */
struct stepping {
  struct clab_walk *walk;
  const struct clab_registers *registers;
  bool covered;
};

static unw_addr_space_t space;

static int find_proc_info(unw_addr_space_t as, unw_word_t ip, unw_proc_info_t *result,
                          int need_unwind_info, void *arg) {
  struct stepping *stepping = arg;
  struct clab_walk *walk = stepping->walk;
  struct clab_cfi_table table;
  if (!stepping->covered || !clab_walk_image(walk, ip) ||
      !clab_cfi_table_read(&walk->cfi.code, &walk->image, &table))
    return -UNW_ENOINFO;
  unw_dyn_info_t info = {
      .start_ip = walk->image.low,
      .end_ip = walk->image.high,
      .format = UNW_INFO_FORMAT_REMOTE_TABLE,
      .u.rti = {.segbase = table.header,
                .table_len = table.count, /* in words, and an entry is a word */
                .table_data = table.entries},
  };
  return dwarf_search_unwind_table(as, ip, &info, result, need_unwind_info, arg);
}

static void put_unwind_info(unw_addr_space_t as, unw_proc_info_t *info, void *arg) {
  (void)as, (void)info, (void)arg;
}

static int get_dyn_info_list_addr(unw_addr_space_t as, unw_word_t *address, void *arg) {
  (void)as, (void)address, (void)arg;
  return -UNW_ENOINFO;
}

static int access_mem(unw_addr_space_t as, unw_word_t address, unw_word_t *value, int write,
                      void *arg) {
  (void)as;
  struct clab_walk *walk = ((struct stepping *)arg)->walk;
  if (write)
    return -UNW_EINVAL;
  bool image = address >= walk->image.low && address < walk->image.high;
  bool done = image ? clab_code_read_checked(&walk->cfi.code, address, value, sizeof *value)
                    : clab_memory_word(&walk->memory, address, value);
  return done ? 0 : -UNW_EINVAL;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t number, unw_word_t *value, int write,
                      void *arg) {
  (void)as;
  const struct clab_registers *registers = ((struct stepping *)arg)->registers;
  if (write || number < 0 || number >= CLAB_REGISTERS || !(registers->valid >> number & 1))
    return -UNW_EBADREG;
  *value = registers->value[number];
  return 0;
}

static int access_fpreg(unw_addr_space_t as, unw_regnum_t number, unw_fpreg_t *value, int write,
                        void *arg) {
  (void)as, (void)number, (void)value, (void)write, (void)arg;
  return -UNW_EBADREG;
}

static int resume(unw_addr_space_t as, unw_cursor_t *cursor, void *arg) {
  (void)as, (void)cursor, (void)arg;
  return -UNW_EINVAL;
}

static int get_proc_name(unw_addr_space_t as, unw_word_t address, char *name, size_t size,
                         unw_word_t *offset, void *arg) {
  (void)as, (void)address, (void)name, (void)size, (void)offset, (void)arg;
  return -UNW_ENOINFO;
}

void clab_step_warm_up(void) {
  static unw_accessors_t accessors = {
      .find_proc_info = find_proc_info,
      .put_unwind_info = put_unwind_info,
      .get_dyn_info_list_addr = get_dyn_info_list_addr,
      .access_mem = access_mem,
      .access_reg = access_reg,
      .access_fpreg = access_fpreg,
      .resume = resume,
      .get_proc_name = get_proc_name,
  };
  if (space != NULL)
    return;
  space = unw_create_addr_space(&accessors, 0);
  /* Its cache would take locks and keep what belongs to an earlier target. */
  if (space != NULL)
    unw_set_caching_policy(space, UNW_CACHE_NONE);
}

int clab_step(struct clab_walk *walk, struct clab_registers *registers, bool exact, bool covered) {
  struct clab_registers from = *registers;
  struct stepping stepping = {walk, &from, covered};
  unw_cursor_t cursor;
  unw_word_t value;
  if (space == NULL)
    return -UNW_ENOMEM;
  /* A remote cursor looks its program counter up as it is; a return address may lie behind the
     end of the function that called. Without unwind information the pc itself is looked at. */
  if (covered && !exact)
    from.value[CLAB_REG_PC]--;
  int result = unw_init_remote(&cursor, space, &stepping);
  if (result < 0)
    return result;
  result = unw_step(&cursor);
  if (result < 0)
    return result;
  registers->valid = 0;
  for (int i = 0; i < CLAB_REGISTERS; i++) {
    if (unw_get_reg(&cursor, i, &value) < 0)
      continue;
    registers->value[i] = value;
    registers->valid |= UINT64_C(1) << i;
  }
  if (unw_get_reg(&cursor, UNW_REG_SP, &registers->value[CLAB_REG_SP]) < 0 ||
      unw_get_reg(&cursor, UNW_REG_IP, &registers->value[CLAB_REG_PC]) < 0)
    return -UNW_EBADREG;
  registers->valid |= UINT64_C(1) << CLAB_REG_SP | UINT64_C(1) << CLAB_REG_PC;
  return result;
}

/* A cursor at the walk's first frame. */
static bool start(struct clab_walk *walk, struct stepping *stepping, unw_cursor_t *cursor) {
  *stepping = (struct stepping){walk, &walk->target.registers, true};
  return space != NULL && unw_init_remote(cursor, space, stepping) >= 0;
}

void clab_step_all(struct clab_walk *walk) {
  struct stepping stepping;
  unw_cursor_t cursor;
  uint32_t flags = CLAB_FRAME_EXACT_PC;
  int result = start(walk, &stepping, &cursor) ? 1 : -UNW_ENOMEM;
  while (result > 0) {
    unw_word_t pc = 0, sp = 0, cfa = 0;
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    unw_get_reg(&cursor, UNW_REG_SP, &sp);
    if (pc == 0 && !(flags & CLAB_FRAME_EXACT_PC)) {
      clab_walk_finish(walk, CLAB_STOP_NULL_RETURN);
      return;
    }
    /* The cursor reads words near the stack pointer: the window follows it. */
    if (!clab_memory_holds(&walk->memory, sp, CLAB_WINDOW_SIZE / 4))
      clab_memory_move(&walk->memory, sp);
    bool signal_frame = unw_is_signal_frame(&cursor) > 0;
    result = unw_step(&cursor);
    unw_get_reg(&cursor, UNW_REG_SP, &cfa);
    if (!clab_walk_take(walk, pc, sp, cfa, flags | (signal_frame ? CLAB_FRAME_SIGNAL : 0))) {
      clab_walk_finish(walk, CLAB_STOP_FRAME_LIMIT);
      return;
    }
    flags = signal_frame ? CLAB_FRAME_EXACT_PC : 0;
  }
  clab_walk_finish(walk, result == 0 ? CLAB_STOP_OUTERMOST : CLAB_STOP_NO_RULE);
}

#include "unwind/compare.h"

static struct stepping compared;
static struct clab_registers caller_registers;

static bool start_at_caller(struct comparison *comparison, uint64_t pc, uint64_t sp) {
  caller_registers = comparison->walk->target.registers;
  caller_registers.value[CLAB_REG_PC] = pc;
  caller_registers.value[CLAB_REG_SP] = sp;
  compared.registers = &caller_registers;
  return unw_init_remote(&comparison->cursor, space, &compared) >= 0;
}

void clab_step_compare(struct clab_walk *walk, struct clab_oracle_result *result) {
  static struct comparison comparison;
  comparison_begin(&comparison, walk, start(walk, &compared, &comparison.cursor), result);
  walk->visitor = compare;
  walk->visitor_context = &comparison;
  clab_walk_run(walk);
  comparison_end(&comparison, walk->trace);
}
