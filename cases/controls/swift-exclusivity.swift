import CrashLab

let swiftExclusivity = CrashCase(
  "swift-exclusivity", "Reads a property while it is being modified.",
  lesson: """
    Swift checks exclusive access at run time where the compiler cannot prove it. The runtime \
    prints which accesses overlap and calls abort: a signal that the process sends itself, not a \
    fault.
    """,
  expect: .dies(
    .init(.abrt, code: .tkill, site: .init(.notAFault), frames: ["abort", "swift_beginAccess"]))
) { _ in
  let box = Box()
  modify(&box.value) { Child.opaque(box.value) }
}

private final class Box {
  var value = 1
}

@inline(never)
private func modify(_ value: inout Int, by other: () -> Int) { value = Child.opaque(other()) }
