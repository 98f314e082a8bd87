/* Made by .github/generate from the C files beside this folder, which describe each function. */
#ifndef CRASHLAB_NATIVE_CASES_H
#define CRASHLAB_NATIVE_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void clab_case_alternate_stack_unguarded(const void *down_to);
void clab_case_array_alloca_loop(void);
void clab_case_array_lowest_first(void);
void clab_case_array_top_down(void);
void clab_case_array_variable_length(void);
void clab_case_abort(void);
void clab_case_divide_by_zero(void);
void clab_case_heap_guard(void);
void clab_case_illegal_instruction(void);
void clab_case_mapped_file_truncated(void);
void clab_case_no_execute_jump(void);
void clab_case_non_canonical(void);
void clab_case_null_call(void);
void clab_case_null_read(void);
void clab_case_null_write(void);
void clab_case_read_only_write(void);
void clab_case_use_after_unmap(void);
void clab_case_wild_pointer(void);
bool clab_case_load(void);
long clab_case_coroutine_small_stack_library_call(double value);
void clab_case_coroutine_ucontext(void *stack, size_t size);
void clab_case_thread_read_only_guard_read(const void *stack_limit);
void clab_case_thread_wide_guard(void);
void clab_case_fault_in_handler(void);
void clab_case_handler_returns(void);
void clab_case_handler_takes_lock(void);
void clab_case_shared_memory_process(void);
int clab_case_vfork_child(void);
void clab_case_main_growth_blocked(void);
void clab_case_main_huge_array(void);
void clab_case_recover_grow(void *stack_limit);
void clab_case_recover_longjmp(void);
void clab_case_recover_thread_exit(void);
void clab_case_recover_yellow_zone(void *stack_limit);
void clab_case_recover_red_zone(void *stack_limit);
void clab_case_descend_below(const void *address);
void clab_case_descend(void);
void *clab_case_map_file(size_t size, int *file);
void clab_case_recurse_in_handler(void);
void clab_case_thread_deep_callback(void);
void clab_case_thread_irregular_recursion(void);
bool clab_case_openmp(unsigned threads);
void clab_case_thread_simultaneous(uint32_t threads);
unsigned clab_case_parse(unsigned levels);

#endif
