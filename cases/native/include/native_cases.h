/*
 * Bodies that need exact machine behaviour: one C file each, named as its case.
 * None of them returns if its case is to die.
 */
#ifndef CRASHLAB_NATIVE_CASES_H
#define CRASHLAB_NATIVE_CASES_H

#include <stddef.h>
#include <stdint.h>

#include "control_cases.h"
#include "handler_cases.h"

/* controls */
void clab_case_null_read(void);
void clab_case_null_write(void);
void clab_case_null_call(void);
void clab_case_non_canonical(void);
void clab_case_read_only_write(void);
void clab_case_heap_guard(void);
void clab_case_abort(void);

/* arrays: each on a stack that the caller has laid out */
enum { CLAB_CASE_ARRAY_SIZE = 2 * 1024 * 1024 };
void clab_case_array_lowest_first(void);
void clab_case_array_top_down(void);
void clab_case_array_variable_length(void);
void clab_case_array_alloca_loop(void);

/* threads */
void clab_case_thread_wide_guard(void);
void clab_case_thread_irregular_recursion(void);
void clab_case_thread_deep_callback(void);
void clab_case_thread_read_only_guard_read(const void *stack_limit);
/* Whichever thread's fault is told first then waits for so many in all. */
void clab_case_thread_simultaneous(uint32_t threads);

/* main-stack */
void clab_case_main_huge_array(void);
/* Puts a mapping in the way and returns. */
void clab_case_main_growth_blocked(void);

/* coroutines: recursion that ends by itself below this address */
void clab_case_descend_below(const void *address);
void clab_case_coroutine_ucontext(void *stack, size_t size);
/* Returns how many characters the value takes. */
long clab_case_coroutine_small_stack_library_call(double value);

/* recovery */
void clab_case_recover_longjmp(void);
void clab_case_recover_thread_exit(void);

#endif
