/* Frames between those of the recursion: of the C library, of the vDSO and of the kernel. */
#ifndef RANDOM_RECURSION_EVENTS_H
#define RANDOM_RECURSION_EVENTS_H

#include "plan.h"

/* Catches the events' signals, and gives the plan its events. Once, in the child. */
void clab_events_prepare(struct clab_plan *plan);
/* One more step of the recursion. */
uint64_t clab_go_on(void);
/* Gives the next signal a stack that is large enough for walks. Any signal disarms it
   (SS_AUTODISARM; an emulator may not know that). Async-signal-safe: yes */
void clab_arm_large_stack(void);
/* Async-signal-safe: yes */
void clab_catch(int signal, void *handler, int flags);
/* From here on the processor traps after each instruction, where it can. */
static inline __attribute__((always_inline)) void clab_trap_always(void) {
#if defined(__x86_64__)
  __asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
#endif
}

#endif
