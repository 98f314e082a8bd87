#include "walk/memory.h"

void clab_memory_init(struct clab_memory *memory, const struct clab_target *target,
                      const struct clab_stack_range *direct, uint8_t *buffer) {
  memory->low = memory->high = memory->bias = 0;
  memory->direct = direct ? *direct : (struct clab_stack_range){0, 0};
  memory->target = target;
  memory->buffer = buffer;
}

bool clab_memory_move(struct clab_memory *memory, uint64_t address) {
  if (address >= memory->direct.low && address < memory->direct.high) {
    memory->low = memory->direct.low;
    memory->high = memory->direct.high;
    memory->bias = 0;
    return true;
  }
  size_t size =
      memory->target->read(memory->target->context, address, memory->buffer, CLAB_WINDOW_SIZE);
  memory->low = address;
  memory->high = address + size;
  memory->bias = (uint64_t)(uintptr_t)memory->buffer - address;
  return size >= sizeof(uint64_t) && memory->high > memory->low;
}

CLAB_READS_FOREIGN_MEMORY
bool clab_memory_word(struct clab_memory *memory, uint64_t address, uint64_t *word) {
  if (clab_memory_holds(memory, address, sizeof *word)) {
    *word = *(const clab_word *)(uintptr_t)(address + memory->bias);
    return true;
  }
  const struct clab_stack_range *direct = &memory->direct;
  if (address >= direct->low && address < direct->high && direct->high - address >= sizeof *word) {
    *word = *(const clab_word *)(uintptr_t)address;
    return true;
  }
  return memory->target->read(memory->target->context, address, word, sizeof *word) == sizeof *word;
}
