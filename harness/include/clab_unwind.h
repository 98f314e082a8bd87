/*
 * Unwinding: the whole call chain of a thread, told in bounded memory.
 *
 * A stack overflow leaves a quarter of a million frames. This walk visits all of them, exactly, in
 * about the time that reading one word a frame takes: the unwind rule of each program counter is
 * proved once from its image's call frame information and replayed; runs that repeat with a period
 * are verified word by word and told once with their count; whatever cannot be proved is stepped
 * by libunwind. One walk serves the own process (from a signal handler), another process and a
 * core file. One walk at a time: a second thread's ends with CLAB_STOP_BUSY.
 */
#ifndef CRASHLAB_UNWIND_H
#define CRASHLAB_UNWIND_H

#include "clab_debug_frames.h"
#include "clab_trace.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <ucontext.h>

enum clab_unwinding {
  CLAB_UNWIND_FOLDED = 0,
  CLAB_UNWIND_PLAIN = 1, /* every frame stepped by libunwind: the oracle */
  CLAB_UNWIND_NONE = 2,
  CLAB_UNWIND_ORACLE = 3, /* folded, and beside it plain: both are compared at every frame */
  CLAB_UNWIND_SINGLY = 4, /* as folded, but each frame for itself: visitors see it at once */
};

/* Binds, touches and allocates all that an unwind needs, so that it is async-signal-safe
   afterwards. Once, before the first fault. Async-signal-safe: no */
void clab_unwind_warm_up(void);

/* Memory that is known to be readable: the stack, [low, high). */
struct clab_stack_range {
  uint64_t low;
  uint64_t high;
};

/* Called for every frame, from the innermost out, those in verified runs included. False ends the
   walk. */
typedef bool (*clab_frame_visitor)(void *context, uint64_t index, uint64_t pc, uint64_t cfa);

/* Unwinds the calling thread from a caught signal's context. `stack` is read directly above the
   stack pointer; where it is NULL or the chain leaves it, every read goes through the kernel, so
   that a corrupt chain cannot fault (a plain walk may). Needs 8 KiB of stack. The visitor may be
   NULL. Async-signal-safe: yes, after the warm-up */
void clab_unwind_local(const ucontext_t *context, const struct clab_stack_range *stack,
                       uint32_t mode, struct clab_trace *trace, clab_frame_visitor visitor,
                       void *visitor_context);

enum {
#if defined(__x86_64__)
  CLAB_REGISTERS = 17,
  CLAB_STACK_POINTER = 7,
#elif defined(__aarch64__)
  CLAB_REGISTERS = 33,
  CLAB_STACK_POINTER = 31,
#endif
};

/* Registers in DWARF's numbering of the processor, the program counter last. */
struct clab_registers {
  uint64_t value[CLAB_REGISTERS];
  uint64_t valid;   /* bit n: value[n] is known */
  uint64_t fs_base; /* of x86-64: thread-local storage, where `has_segment_bases` */
  uint64_t gs_base;
  bool has_segment_bases;
  bool bad_call_target; /* the fault was the fetch of the instruction at the program counter */
  bool after_trap;      /* it is behind the instruction that has trapped: int3 of x86-64 */
#if defined(__aarch64__)
  /* Bits of a return address that may hold a signature instead (pointer authentication); 0 where
     the kernel or the processor has none. */
  uint64_t signature_bits;
#endif
};

/* Async-signal-safe: yes */
static inline uint64_t clab_program_counter_of(const struct clab_registers *registers) {
  return registers->value[CLAB_REGISTERS - 1];
}
/* Async-signal-safe: yes */
static inline uint64_t clab_stack_pointer_of(const struct clab_registers *registers) {
  return registers->value[CLAB_STACK_POINTER];
}

/* Async-signal-safe: yes */
void clab_registers_of_context(const ucontext_t *context, struct clab_registers *registers);
/* Adds the calling thread's segment bases, which no context holds. Async-signal-safe: yes */
void clab_own_segment_bases(struct clab_registers *registers);
/* The registers as the kernel writes them for a debugger and into a core dump (struct
   user_regs_struct). False if there are not enough bytes. Async-signal-safe: yes */
bool clab_registers_of_user(const void *bytes, size_t size, struct clab_registers *registers);
/* The signature bits as the kernel writes them for a debugger and into a core dump (struct
   user_pac_mask, NT_ARM_PAC_MASK). False if there are not enough bytes. Async-signal-safe: yes */
bool clab_signature_bits_of_user(const void *bytes, size_t size, struct clab_registers *registers);
/* The registers of a ptrace-stopped thread. Returns 0 or an errno. Async-signal-safe: yes */
int clab_registers_of_thread(pid_t thread, struct clab_registers *registers);
/* The address of the C library's control block of a thread that is traced and stands still; 0 where
   its thread register leads to none that names this thread. Async-signal-safe: yes */
uint64_t clab_control_block_of_thread(pid_t thread);

/* An image of a target, mapped at [low, high), and the address of its PT_GNU_EH_FRAME (0: none). */
struct clab_image {
  uint64_t low;
  uint64_t high;
  uint64_t eh_frame_header;
};

/* Memory that is not ours, and the registers of the thread in it whose chain is wanted. */
struct clab_target {
  void *context;
  /* Copies up to `size` bytes; returns how many could be read, from the first on. Asked for large
     pieces of stack and for small ones of images. */
  size_t (*read)(void *context, uint64_t address, void *buffer, size_t size);
  /* Finds the image that an address lies in. */
  bool (*find_image)(void *context, uint64_t address, struct clab_image *image);
  /* Whether the code at an address may be executed. NULL: it is taken for such if it is in an
     image. */
  bool (*is_executable)(void *context, uint64_t address);
  /* The information that an image has in its file only, or NULL. Asked where its .eh_frame covers
     nothing. NULL: there is none. */
  const struct clab_debug_frames *(*find_debug_frames)(void *context,
                                                       const struct clab_image *image);
  struct clab_registers registers;
};

/* Describes the image whose ELF header lies at `base`, from its headers in memory. False if there
   is none. Async-signal-safe: yes, if the target's read is */
bool clab_image_at(const struct clab_target *target, uint64_t base, struct clab_image *image);

/* What the kernel left on a stack for a handler to return through. */
struct clab_signal_frame {
  siginfo_t info; /* si_signo is 0 where the handler did not ask for it (SA_SIGINFO) */
  struct clab_registers registers; /* that were interrupted */
  uint64_t page_fault; /* the address of the thread's last page fault that became a signal; or 0 */
};

/* Reads such a frame. `sp` is the stack pointer in the frame that has CLAB_FRAME_SIGNAL. False if
   it can't be read. Async-signal-safe: yes, if the target's read is */
bool clab_signal_frame_read(const struct clab_target *target, uint64_t sp,
                            struct clab_signal_frame *frame);

/* Unwinds any target. Async-signal-safe: no */
void clab_unwind_target(const struct clab_target *target, uint32_t mode, struct clab_trace *trace,
                        clab_frame_visitor visitor, void *visitor_context);

/* Unwinds a thread of a live process that stands still: ptrace-stopped, or parked in its handler.
   .eh_frame is read, and .debug_frame where that has nothing. What has neither is taken for code
   with frame pointers, as far as its frames bear that out, and flagged CLAB_FRAME_GUESSED.
   Async-signal-safe: no */
void clab_unwind_process(pid_t process, const struct clab_registers *registers, uint32_t mode,
                         struct clab_trace *trace);

/* What the oracle found. Where the walks differ, the trace has CLAB_STOP_MISMATCH and as many
   frames as were equal. */
struct clab_oracle_result {
  uint64_t frames;                /* that were compared and equal */
  uint64_t folded_pc, folded_cfa; /* where they differ; 0 where a walk had already ended */
  uint64_t plain_pc, plain_cfa;
  int32_t differing_register; /* in DWARF's numbering, where nothing else differs; or -1 */
  bool equal;
};

/* Walks the same chain folded and by libunwind's own unw_step, and compares program counter and
   CFA of every frame, in bounded memory, and after blocks and folds the preserved registers. Where
   the walk has found the caller of code that is not there (CLAB_FRAME_UNFETCHED), which libunwind
   does not, libunwind begins at that caller. The chain must be sound. Async-signal-safe: yes, after
   the warm-up, but that libunwind's look-up takes the loader's lock */
void clab_unwind_oracle(const ucontext_t *context, const struct clab_stack_range *stack,
                        struct clab_trace *trace, struct clab_oracle_result *result);
/* The same for any target. Async-signal-safe: no */
void clab_unwind_target_oracle(const struct clab_target *target, struct clab_trace *trace,
                               struct clab_oracle_result *result);
/* The same for a live process, against libunwind's remote unw_step. Async-signal-safe: no */
void clab_unwind_process_oracle(pid_t process, const struct clab_registers *registers,
                                struct clab_trace *trace, struct clab_oracle_result *result);

#endif
