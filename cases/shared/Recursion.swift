import CrashLab

/// Recursion that the optimiser can't make a loop of: the depth is opaque before the call and the
/// result after it. It never ends; the condition only keeps the compiler from saying so.
@inline(never)
func descend(_ depth: Int) -> Int {
  if Child.opaque(depth) < 0 { return depth }
  return Child.opaque(descend(depth &+ 1)) &+ depth
}
