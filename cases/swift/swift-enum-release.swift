import CrashLab

let swiftEnumRelease = CrashCase(
  "swift-enum-release", "Release of an indirect enum that is 100,000 deep.",
  lesson: """
    Nothing in the source recurses: the list was built by a loop. But the release of its head \
    releases the next element inside the runtime's release of the first, and so on.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: [.runtime("swift_release")]))
) { child in
  child.thread("overflower", stackSize: 512 << 10) {
    var list = List.end
    for number in 0..<Child.opaque(100_000) { list = .node(number, list) }
    child.note("depth", list.first)
  }
}

private indirect enum List {
  case end
  case node(Int, List)

  @inline(never) var first: Int {
    switch self {
    case .end: 0
    case .node(let number, _): number + 1
    }
  }
}
