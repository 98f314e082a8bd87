/* Defines the table FRAMES of CLAB_RANDOM_FRAMES functions: included once by each file that
   compiles them in a way of its own. No include guard, on purpose. */
#include "random_frames.h"

#define NOINLINE static __attribute__((noinline))
/* The barrier keeps the call from becoming a jump, and the frame alive across it. */
#define CALL(recursion, kept)                                                                      \
  ({                                                                                               \
    uint64_t result_ = (recursion)->call((recursion), (recursion)->next(recursion));               \
    __asm__ volatile("" : : "r"(kept) : "memory");                                                 \
    result_;                                                                                       \
  })

#define FIXED(number, bytes)                                                                       \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    volatile unsigned char local[bytes];                                                           \
    local[recursion->word % (bytes)] = 1;                                                          \
    return CALL(recursion, &local) + local[0];                                                     \
  }

/* Values that live across the call: as many preserved registers are saved. */
#define HOLDING(number, expression)                                                                \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    volatile uint64_t *word = &recursion->word;                                                    \
    uint64_t a = *word, b = *word + 1, c = *word + 2, d = *word + 3, e = *word + 4, f = *word;     \
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));                   \
    uint64_t result = CALL(recursion, word);                                                       \
    return result + (expression) + (a & 0);                                                        \
  }

/* Full of what may be taken for the beginning of a frame: copies of its own return address. */
#define DECOYS(number, words)                                                                      \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    volatile uint64_t local[words];                                                                \
    for (unsigned i = 0; i < (words); i++)                                                         \
      local[i] = (uint64_t)__builtin_return_address(0);                                            \
    return CALL(recursion, &local) + (local[0] & 1);                                               \
  }

/* A frame that is sized at run time. */
#define SIZED(number, bytes)                                                                       \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    volatile unsigned char *local = __builtin_alloca(recursion->size + (bytes));                   \
    local[0] = 1;                                                                                  \
    return CALL(recursion, local) + local[0];                                                      \
  }

/* A frame that begins at a multiple of its alignment, whatever the caller's stack pointer is. */
#define REALIGNED(number, alignment)                                                               \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    volatile __attribute__((aligned(alignment))) unsigned char local[alignment];                   \
    local[recursion->word % (alignment)] = 1;                                                      \
    return CALL(recursion, &local) + local[0];                                                     \
  }

/* Two call sites: the same frame with two program counters. */
#define FORKED(number, bytes)                                                                      \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    volatile unsigned char local[bytes];                                                           \
    local[0] = 1;                                                                                  \
    if (recursion->word >> 40 & 1)                                                                 \
      return CALL(recursion, &local) + local[0];                                                   \
    return CALL(recursion, &local) - local[0];                                                     \
  }

/* Leaves no frame, where the compiler keeps its word. */
#define VANISHING(number)                                                                          \
  NOINLINE uint64_t frame_##number(struct clab_recursion *recursion) {                             \
    __attribute__((musttail)) return recursion->next(recursion)(recursion);                        \
  }

/* The formatter takes each of these for a declaration of what follows. */
/* clang-format off */
FIXED(0, 1) FIXED(1, 8) FIXED(2, 9) DECOYS(3, 2) FIXED(4, 24) FIXED(5, 31) FIXED(6, 40)
FIXED(7, 48) FIXED(8, 56) FIXED(9, 64) DECOYS(10, 9) FIXED(11, 80) FIXED(12, 88) FIXED(13, 100)
FIXED(14, 120) FIXED(15, 127) FIXED(16, 130) FIXED(17, 140) FIXED(18, 160) FIXED(19, 200)
DECOYS(20, 31) FIXED(21, 300) FIXED(22, 400) FIXED(23, 512) FIXED(24, 1000) FIXED(25, 4096)
FIXED(26, 5000) FIXED(27, 1) FIXED(28, 1) FIXED(29, 8) DECOYS(30, 4) FIXED(31, 24) HOLDING(32, a)
HOLDING(33, a ^ b) HOLDING(34, a ^ b ^ c) HOLDING(35, a ^ b ^ c ^ d)
HOLDING(36, a ^ b ^ c ^ d ^ e) HOLDING(37, a ^ b ^ c ^ d ^ e ^ f) HOLDING(38, b ^ f)
HOLDING(39, e ^ f) HOLDING(40, c) HOLDING(41, d ^ a) SIZED(42, 1) SIZED(43, 8) SIZED(44, 40)
SIZED(45, 100) SIZED(46, 1) SIZED(47, 16) REALIGNED(48, 32) REALIGNED(49, 64) REALIGNED(50, 128)
REALIGNED(51, 256) REALIGNED(52, 64) FORKED(53, 1) FORKED(54, 16) FORKED(55, 64) FORKED(56, 200)
FORKED(57, 8) FORKED(58, 30) VANISHING(59) VANISHING(60) VANISHING(61) FIXED(62, 33) FIXED(63, 57)
    /* clang-format on */

    clab_recursive *const FRAMES[CLAB_RANDOM_FRAMES] = {
        frame_0,  frame_1,  frame_2,  frame_3,  frame_4,  frame_5,  frame_6,  frame_7,
        frame_8,  frame_9,  frame_10, frame_11, frame_12, frame_13, frame_14, frame_15,
        frame_16, frame_17, frame_18, frame_19, frame_20, frame_21, frame_22, frame_23,
        frame_24, frame_25, frame_26, frame_27, frame_28, frame_29, frame_30, frame_31,
        frame_32, frame_33, frame_34, frame_35, frame_36, frame_37, frame_38, frame_39,
        frame_40, frame_41, frame_42, frame_43, frame_44, frame_45, frame_46, frame_47,
        frame_48, frame_49, frame_50, frame_51, frame_52, frame_53, frame_54, frame_55,
        frame_56, frame_57, frame_58, frame_59, frame_60, frame_61, frame_62, frame_63,
};
