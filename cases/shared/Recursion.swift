import CrashLab

/// Endless recursion that the optimizer can't turn into a loop: it can assume nothing about the depth
/// before the call, nor about the result after it. The condition only avoids a compiler warning.
@inline(never)
func descend(_ depth: Int) -> Int {
  if Child.opaque(depth) < 0 { return depth }
  return Child.opaque(descend(depth &+ 1)) &+ depth
}
