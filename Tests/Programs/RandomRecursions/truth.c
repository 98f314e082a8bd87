#include "truth.h"

#include <errno.h>
#include <sys/mman.h>

_Static_assert((int)CLAB_KEPT == (int)CLAB_SAVED_COUNT, "the registers that a call preserves");

int clab_truth_prepare(struct clab_recursion *recursion) {
  struct clab_record *records = mmap(NULL, CLAB_RECORDS * sizeof *records, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (records == MAP_FAILED)
    return errno;
  recursion->records = recursion->record = records;
  recursion->records_end = records + CLAB_RECORDS;
  return 0;
}

void clab_truth_record(struct clab_recursion *recursion, const ucontext_t *context) {
  struct clab_registers registers;
  if (recursion->record == recursion->records_end)
    return;
  clab_registers_of_context(context, &registers);
  struct clab_record *record = recursion->record++;
  record->sp = clab_stack_pointer_of(&registers);
  record->pc = clab_program_counter_of(&registers);
  for (unsigned i = 0; i < CLAB_KEPT; i++)
    record->kept[i] = registers.value[clab_saved_registers[i]];
}

void clab_truth_begin(struct clab_truth *truth, const struct clab_recursion *recursion) {
  *truth = (struct clab_truth){.first = recursion->records,
                               .next = recursion->record,
                               .result = {.differing_register = -1, .holds = true}};
  /* With all room taken the innermost frames are missing: there is nothing to begin with. */
  if (recursion->record == recursion->records_end)
    truth->next = truth->first;
}

static bool differs(struct clab_truth *truth, uint64_t index, int number, uint64_t told,
                    uint64_t is) {
  truth->result.holds = false;
  truth->result.index = index;
  truth->result.differing_register = number;
  truth->result.told = told;
  truth->result.is = is;
  return false;
}

/* The registers of the frame that comes next; `index` is of the one before. */
static bool compare(struct clab_truth *truth, const struct clab_walk *walk, uint64_t index,
                    const struct clab_record *record) {
  static struct clab_registers registers; /* guarded as the walk is */
  clab_walk_registers((struct clab_walk *)(uintptr_t)walk, &registers);
  for (unsigned i = 0; i < CLAB_KEPT; i++) {
    unsigned number = clab_saved_registers[i];
    if (!(registers.valid >> number & 1))
      truth->result.unknown++;
    else if (registers.value[number] != record->kept[i])
      return differs(truth, index + 1, (int)number, registers.value[number], record->kept[i]);
    else
      truth->result.registers++;
  }
  return true;
}

bool clab_truth_visit(struct clab_truth *truth, uint64_t index, uint64_t pc, uint64_t cfa) {
  const struct clab_walk *walk = clab_walk_taken();
  bool expected = truth->next > truth->first;
  if (index > 0 && expected && truth->next[-1].sp == truth->cfa) {
    if (truth->next[-1].pc != pc)
      return differs(truth, index, CLAB_REG_PC, pc, truth->next[-1].pc);
    truth->next--;
    truth->result.records++;
    expected = truth->next > truth->first;
  }
  truth->cfa = cfa;
  if (expected && walk->index == index + 1 && walk->sp == cfa && truth->next[-1].sp == cfa)
    return compare(truth, walk, index, &truth->next[-1]);
  return true;
}

bool clab_truth_end(struct clab_truth *truth) {
  if (truth->result.holds && truth->next > truth->first)
    differs(truth, 0, CLAB_REG_SP, truth->cfa, truth->next[-1].sp);
  return truth->result.holds;
}
