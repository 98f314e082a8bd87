/*
 * One step by libunwind, from any registers, over any target: what no proved rule covers.
 *
 * It is libunwind's remote interface even for the own process: all its memory accesses then go
 * through the walk's window and its safe reads, so that a corrupt chain cannot fault in here, and
 * its look-up of unwind information is replaced by one that needs no lock and that also finds the
 * tables of images whose text has another file offset than address.
 */
#include "unwind/step.h"

#include "cfi/table.h"

/* Exported by libunwind for such look-ups, as Linux perf uses it, but in no header. */
#define dwarf_search_unwind_table UNW_OBJ(dwarf_search_unwind_table)
extern int dwarf_search_unwind_table(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t *info,
                                     unw_proc_info_t *result, int need_unwind_info, void *arg);

/* Of words for one frame: the longest information of any has a quarter of it. */
enum { MOST_READS = 1 << 18 };

static unw_addr_space_t space;

static int find_proc_info(unw_addr_space_t as, unw_word_t ip, unw_proc_info_t *result,
                          int need_unwind_info, void *arg) {
  struct clab_stepping *stepping = arg;
  struct clab_walk *walk = stepping->walk;
  struct clab_table table;
  stepping->reads = 0; /* once a step */
  if (!clab_walk_image(walk, ip) || !clab_table_read(&walk->prover.code, &walk->image, &table))
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
  struct clab_stepping *stepping = arg;
  struct clab_walk *walk = stepping->walk;
  /* Each byte of an expression comes by here: one that goes round in a loop has an end. */
  if (write || ++stepping->reads > MOST_READS)
    return -UNW_EINVAL;
  bool image = address >= walk->image.low && address < walk->image.high;
  bool done = image ? clab_code_read_checked(&walk->prover.code, address, value, sizeof *value)
                    : clab_memory_word(&walk->memory, address, value);
  stepping->met_pc |= done && *value == stepping->registers->value[CLAB_REG_PC];
  return done ? 0 : -UNW_EINVAL;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t number, unw_word_t *value, int write,
                      void *arg) {
  (void)as;
  const struct clab_registers *registers = ((struct clab_stepping *)arg)->registers;
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

#if defined(__aarch64__) && UNW_VERSION >= UNW_VERSION_CODE(1, 8)
static unw_word_t signature_bits(unw_addr_space_t as, void *arg) {
  (void)as;
  return ((struct clab_stepping *)arg)->walk->target.registers.signature_bits;
}
#define WITH_SIGNATURES .ptrauth_insn_mask = signature_bits,
#else
#define WITH_SIGNATURES
#endif

void clab_step_warm_up(void) {
  static unw_accessors_t accessors = {.find_proc_info = find_proc_info,
                                      .put_unwind_info = put_unwind_info,
                                      .get_dyn_info_list_addr = get_dyn_info_list_addr,
                                      .access_mem = access_mem,
                                      .access_reg = access_reg,
                                      .access_fpreg = access_fpreg,
                                      .resume = resume,
                                      .get_proc_name = get_proc_name,
                                      WITH_SIGNATURES};
  if (space != NULL)
    return;
  space = unw_create_addr_space(&accessors, 0);
  /* Its cache would take locks and keep what belongs to an earlier target. */
  if (space != NULL)
    unw_set_caching_policy(space, UNW_CACHE_NONE);
}

bool clab_step_begin(struct clab_stepping *stepping, struct clab_walk *walk,
                     const struct clab_registers *registers, unw_cursor_t *cursor) {
  *stepping = (struct clab_stepping){.walk = walk, .registers = registers};
  return space != NULL && unw_init_remote(cursor, space, stepping) >= 0;
}

/* Where libunwind says that there is no caller because of its frame pointer: the return address is
   saved all the same. */
static bool find_return(unw_cursor_t *cursor, struct clab_walk *walk,
                        const struct clab_registers *from, struct clab_registers *registers) {
  unw_save_loc_t place;
  uint64_t *pc = &registers->value[CLAB_REG_PC];
  if (!CLAB_LIBRARY_ENDS_EARLY || !(registers->valid >> CLAB_REG_FP & 1) ||
      registers->value[CLAB_REG_FP] != 0 || unw_get_save_loc(cursor, CLAB_REG_RETURN, &place) < 0)
    return false;
  if (place.type == UNW_SLT_REG && place.u.regnum == CLAB_REG_RETURN)
    *pc = from->value[CLAB_REG_RETURN];
  else if (place.type != UNW_SLT_MEMORY || !clab_memory_word(&walk->memory, place.u.addr, pc))
    return false;
  return *pc != 0;
}

int clab_step(struct clab_walk *walk, struct clab_registers *registers, bool exact) {
  struct clab_registers from = *registers;
  struct clab_stepping stepping;
  unw_cursor_t cursor;
  unw_word_t value;
  /* A remote cursor looks its program counter up as it is; a return address may lie behind the
     end of the function that called. */
  if (!exact)
    from.value[CLAB_REG_PC]--;
  if (!clab_step_begin(&stepping, walk, &from, &cursor))
    return -UNW_ENOMEM;
  int result = unw_step(&cursor);
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
  if (result == 0 && find_return(&cursor, walk, &from, registers))
    result = 1;
  registers->value[CLAB_REG_PC] &= clab_address_bits(&walk->target.registers, true);
  /* Where nothing says where the return address is, libunwind keeps the program counter: without an
     end, as the stack grows shorter all the while. */
  if (registers->value[CLAB_REG_PC] == from.value[CLAB_REG_PC] && !stepping.met_pc)
    return -UNW_EBADFRAME;
  return result;
}
