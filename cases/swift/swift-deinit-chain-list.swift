import CrashLab

// Where a class has exactly one stored property of its own type, the compiler's deinit walks the
// chain and releases each object when it is the last reference to it (SILGenDestructor.cpp,
// emitRecursiveChainDestruction); in debug builds too.
let swiftDeinitChainList = CrashCase(
  "swift-deinit-chain-list", "Release of a linked list of 100,000 objects.",
  lesson: """
    The compiler recognizes a chain of one link to the same class and releases it in a loop. With \
    a second link it recurses: see swift-deinit-chain.
    """,
  expect: .survives(counters: ["depth": 100_000...100_000])
) { child in
  child.thread("overflower", stackSize: 512 << 10) {
    var head: Node?
    for number in 0..<Child.opaque(100_000) { head = Node(number, before: head) }
    child.note("depth", (head?.number ?? 0) + 1)
  }
}

private final class Node {
  let number: Int
  let next: Node?

  init(_ number: Int, before next: Node?) {
    self.number = number
    self.next = next
  }
}
