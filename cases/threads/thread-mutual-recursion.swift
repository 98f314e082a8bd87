import CrashLab

let threadMutualRecursion = CrashCase(
  "thread-mutual-recursion", "Three functions that call each other without end.",
  lesson: """
    A recursion may have a period: what repeats here is a group of three frames, not one frame.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["third(_:)", "second(_:)", "first(_:)"], period: 3))
) { child in
  child.thread("overflower") { _ = first(0) }
}

@inline(never)
private func first(_ depth: Int) -> Int { Child.opaque(second(Child.opaque(depth) &+ 1)) &+ depth }

@inline(never)
private func second(_ depth: Int) -> Int { Child.opaque(third(Child.opaque(depth) &+ 2)) &+ depth }

@inline(never)
private func third(_ depth: Int) -> Int { Child.opaque(first(Child.opaque(depth) &+ 3)) &+ depth }
