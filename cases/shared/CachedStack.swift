import CrashLab

/// What a thread's attributes ask for, bytes.
struct ThreadShape {
  var stackSize: Int
  var guardSize: Int
}

/// Bytes of the smallest guard that glibc makes for a thread (nptl/allocatestack.c,
/// ARCH_MIN_GUARD_SIZE), and of a large one.
#if arch(arm64)
  let leastGuard = 64 << 10
#else
  let leastGuard = 4 << 10
#endif
let largeGuard = 16 * leastGuard

// nptl/allocatestack.c, allocate_stack: a block from the cache gets a larger guard by mprotect if the
// new thread wants one; a guard that is too large is reduced only if the block would otherwise be too
// small for what was asked. pthread_attr_getguardsize tells what was asked for in either case.

/// Runs threads one after another on one stack of glibc's cache; the last overflows it. Notes what
/// guard that one had asked for, and whether all had the same stack.
func overflowCachedStack(_ child: Child, _ shapes: ThreadShape...) {
  var tops: Set<UnsafeMutableRawPointer> = []
  for (index, shape) in shapes.enumerated() {
    child.thread("overflower", stackSize: shape.stackSize, guardSize: shape.guardSize) {
      let stack = child.ownStack()
      tops.insert(stack.limit + stack.size)
      guard index == shapes.count - 1 else { return }
      child.note("stacks used", tops.count)
      child.note("guard asked for in bytes", shape.guardSize)
      _ = descend(0)
    }
  }
}
