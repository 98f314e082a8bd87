import CrashLab

// With one link instead of two there would be nothing to see: see swift-deinit-chain-list.
let swiftDeinitChain = CrashCase(
  "swift-deinit-chain", "Release of a tree of objects that is 100,000 deep.",
  lesson: """
    Each deinit releases the next object, so a tree that was built by a loop is released by a \
    recursion. The remedy is a deinit that takes the tree apart in a loop.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["Node", .runtime("swift_release_dealloc")]))
) { child in
  child.thread("overflower", stackSize: 512 << 10) {
    var root: Node?
    for number in 0..<Child.opaque(100_000) { root = Node(number, left: root, right: nil) }
    child.note("depth", (root?.number ?? 0) + 1)
  }
}

private final class Node {
  let number: Int
  let left: Node?
  let right: Node?

  init(_ number: Int, left: Node?, right: Node?) {
    self.number = number
    self.left = left
    self.right = right
  }
}
