/*
 * A libunwind cursor beside a walk: each frame that the walk visits is compared with the cursor's,
 * then the cursor steps. Where the walk has come as far as it has shown, after every block and
 * every fold, the registers that a call preserves are compared as well. Included by both files that
 * step, because libunwind's local and remote interfaces have the same names and different symbols.
 */

struct comparison {
  struct clab_walk *walk;
  unw_cursor_t cursor;
  int more;            /* positive while the cursor is on a frame */
  uint64_t caller_cfa; /* the caller of code that is not there is to come; its stack pointer */
  bool lost;           /* the cursor does not know this part of the chain */
  struct clab_oracle_result *result;
};

/* Each of the two files has its own: puts the cursor on the caller of code that is not there. */
static bool start_at_caller(struct comparison *comparison, uint64_t pc, uint64_t sp);

static void comparison_begin(struct comparison *comparison, struct clab_walk *walk, bool started,
                             struct clab_oracle_result *result) {
  comparison->walk = walk;
  comparison->more = started;
  comparison->caller_cfa = 0;
  comparison->lost = false;
  comparison->result = result;
  *result = (struct clab_oracle_result){.differing_register = -1, .equal = true};
}

/* Whether the registers of the frame to be walked next are the cursor's. What either does not know
   differs from nothing. */
static bool same_registers(struct comparison *comparison) {
  static struct clab_registers registers; /* guarded as the walk is */
  struct clab_walk *walk = comparison->walk;
  unw_word_t pc = 0, plain;
  if (comparison->more <= 0 || unw_get_reg(&comparison->cursor, UNW_REG_IP, &pc) < 0 || pc == 0)
    return true;
  clab_walk_registers(walk, &registers);
  for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++) {
    unsigned number = clab_saved_registers[i];
    if (!(registers.valid >> number & 1) ||
        unw_get_reg(&comparison->cursor, (unw_regnum_t)number, &plain) < 0)
      continue;
    if (registers.value[number] != plain || (i == CLAB_SAVED_FP && walk->fp != plain)) {
      comparison->result->differing_register = (int32_t)number;
      return false;
    }
  }
  return true;
}

/* The cursor has come to an end that is none: see CLAB_LIBRARY_ENDS_EARLY. */
static bool ends_early(struct comparison *comparison) {
  unw_save_loc_t place;
  unw_word_t fp = 1;
  return CLAB_LIBRARY_ENDS_EARLY && comparison->more == 0 &&
         unw_get_reg(&comparison->cursor, CLAB_REG_FP, &fp) >= 0 && fp == 0 &&
         unw_get_save_loc(&comparison->cursor, CLAB_REG_RETURN, &place) >= 0 &&
         place.type != UNW_SLT_NONE;
}

/* The walk is at the caller of this frame, and not farther on. */
static bool is_at(const struct comparison *comparison, uint64_t index, uint64_t cfa) {
  const struct clab_walk *walk = comparison->walk;
  return walk->index == index + 1 && walk->sp == cfa && comparison->more > 0;
}

static bool compare(void *context, uint64_t index, uint64_t pc, uint64_t cfa) {
  struct comparison *comparison = context;
  struct clab_oracle_result *result = comparison->result;
  unw_word_t plain_pc = 0, plain_cfa = 0;
  if (index == 0 && *clab_walk_flags(comparison->walk, 0) & CLAB_FRAME_UNFETCHED) {
    comparison->caller_cfa = cfa;
    result->frames++;
    return true;
  }
  /* libunwind looks one byte before a function that nothing has called, and goes astray. */
  if (index > 0 && *clab_walk_flags(comparison->walk, index) & CLAB_FRAME_EXACT_PC &&
      !(*clab_walk_flags(comparison->walk, index - 1) & CLAB_FRAME_SIGNAL))
    comparison->lost = true;
  if (comparison->lost) {
    comparison->more = 0;
    result->frames++;
    return true;
  }
  if (comparison->caller_cfa != 0) {
    comparison->more = start_at_caller(comparison, pc, comparison->caller_cfa);
    comparison->caller_cfa = 0;
  }
  if (comparison->more > 0) {
    unw_get_reg(&comparison->cursor, UNW_REG_IP, &plain_pc);
    comparison->more = unw_step(&comparison->cursor);
    unw_get_reg(&comparison->cursor, UNW_REG_SP, &plain_cfa);
    comparison->lost = ends_early(comparison);
  }
  if (plain_pc == pc && plain_cfa == cfa &&
      (!is_at(comparison, index, cfa) || same_registers(comparison))) {
    result->frames++;
    return true;
  }
  result->folded_pc = pc;
  result->folded_cfa = cfa;
  result->plain_pc = plain_pc;
  result->plain_cfa = plain_cfa;
  result->equal = false;
  return false;
}

/* The cursor must have come to its end as well, or to a return address of 0. */
static void comparison_end(struct comparison *comparison, struct clab_trace *trace) {
  struct clab_oracle_result *result = comparison->result;
  unw_word_t pc = 0;
  if (result->equal && comparison->more > 0) {
    unw_get_reg(&comparison->cursor, UNW_REG_IP, &pc);
    if (pc != 0)
      *result = (struct clab_oracle_result){
          .frames = result->frames, .plain_pc = pc, .differing_register = -1};
  }
  if (!result->equal) {
    trace->stop = CLAB_STOP_MISMATCH;
    trace->complete = 0;
    trace->frame_count = result->frames;
  }
}
