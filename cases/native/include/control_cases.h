/* Bodies of the controls: what must never be called a stack overflow. None of them returns. */
#ifndef CRASHLAB_CONTROL_CASES_H
#define CRASHLAB_CONTROL_CASES_H

void clab_case_wild_pointer(void);
void clab_case_no_execute_jump(void);
void clab_case_use_after_unmap(void);
void clab_case_mapped_file_truncated(void);
void clab_case_divide_by_zero(void);
void clab_case_illegal_instruction(void);

#endif
