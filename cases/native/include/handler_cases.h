/* Bodies of the folders handlers, recovery and isolation. */
#ifndef CRASHLAB_HANDLER_CASES_H
#define CRASHLAB_HANDLER_CASES_H

#include <stddef.h>
#include <stdint.h>

/* Recursion that never ends. */
void clab_case_descend(void);

/* handlers: each sets what the handler does after the evidence was sent; the fault is the
   caller's. */
void clab_case_recurse_in_handler(void);
void clab_case_fault_in_handler(void);
void clab_case_handler_returns(void);
/* The handler runs down to this address of its alternate stack, and then jumps back here. */
void clab_case_alternate_stack_unguarded(const void *down_to);
void clab_case_handler_takes_lock(void);
/* Memory of a file that is open as `file`. */
void *clab_case_map_file(size_t size, int *file);

/* recovery: on a stack that the caller has laid out above a guard of at least 1 MiB */
void clab_case_recover_grow(void *stack_limit);
void clab_case_recover_yellow_zone(void *stack_limit);
void clab_case_recover_red_zone(void *stack_limit);

/* isolation */
void clab_case_shared_memory_process(void);
/* The signal that ended the child. */
int clab_case_vfork_child(void);

#endif
