/*
 * A libunwind cursor beside a walk: each frame that the walk visits is compared with the cursor's,
 * then the cursor steps. Included by both files that step, because libunwind's local and remote
 * interfaces have the same names and different symbols.
 */

struct comparison {
  struct clab_walk *walk;
  unw_cursor_t cursor;
  int more;            /* positive while the cursor is on a frame */
  uint64_t caller_cfa; /* the caller of code that is not there is to come; its stack pointer */
  struct clab_oracle_result *result;
};

/* Each of the two files has its own: puts the cursor on the caller of code that is not there. */
static bool start_at_caller(struct comparison *comparison, uint64_t pc, uint64_t sp);

static void comparison_begin(struct comparison *comparison, struct clab_walk *walk, bool started,
                             struct clab_oracle_result *result) {
  comparison->walk = walk;
  comparison->more = started;
  comparison->caller_cfa = 0;
  comparison->result = result;
  *result = (struct clab_oracle_result){.equal = true};
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
  if (comparison->caller_cfa != 0) {
    comparison->more = start_at_caller(comparison, pc, comparison->caller_cfa);
    comparison->caller_cfa = 0;
  }
  if (comparison->more > 0) {
    unw_get_reg(&comparison->cursor, UNW_REG_IP, &plain_pc);
    comparison->more = unw_step(&comparison->cursor);
    unw_get_reg(&comparison->cursor, UNW_REG_SP, &plain_cfa);
  }
  if (plain_pc == pc && plain_cfa == cfa) {
    result->frames++;
    return true;
  }
  *result = (struct clab_oracle_result){result->frames, pc, cfa, plain_pc, plain_cfa, false};
  return false;
}

/* The cursor must have come to its end as well, or to a return address of 0. */
static void comparison_end(struct comparison *comparison, struct clab_trace *trace) {
  struct clab_oracle_result *result = comparison->result;
  unw_word_t pc = 0;
  if (result->equal && comparison->more > 0) {
    unw_get_reg(&comparison->cursor, UNW_REG_IP, &pc);
    if (pc != 0)
      *result = (struct clab_oracle_result){result->frames, 0, 0, pc, 0, false};
  }
  if (!result->equal) {
    trace->stop = CLAB_STOP_MISMATCH;
    trace->complete = 0;
    trace->frame_count = result->frames;
  }
}
