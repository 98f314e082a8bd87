import Testing

@testable import CrashLab
@testable import CrashLabText

/// Whose stack it was, and what is known of it, where a program of any kind overflows.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct WhoseStackTests {
  private func dying(_ source: String, _ arguments: String...) throws -> TrialReport {
    try withTemporaryFolder { folder in
      let flags = ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread", "-w"]
      let program = try Toolbox.build(source, with: "gcc", flags, into: folder)
      return try LanguageTests.exec([program] + arguments, in: folder).trial
    }
  }

  @Test(arguments: [["guard"], ["guard", "thread"]])
  func coroutineIsNoThread(arguments: [String]) throws {
    let trial =
      try arguments.count == 1
      ? dying("coroutine-on-thread.c", "guard") : dying("coroutine-on-thread.c", "guard", "thread")
    let site = try #require(trial.faults.first?.site)
    #expect(site.kind == .guard)
    #expect(site.owner?.kind == .coroutine)
    #expect(site.stackSize == 256 << 10)
  }

  /// The stack is part of other memory: that it ends where that memory ends is not known.
  @Test(arguments: ["static", "malloc", "mmap"])
  func guessedStackHasNoSize(memory: String) throws {
    let fault = try #require(try dying("coroutine-on-thread.c", memory).faults.first)
    #expect(fault.site.owner?.kind == .coroutine)
    #expect(fault.site.stackSize == nil)
    #expect(fault.site.stackLimit == nil)
    #expect(fault.site.overshoot == nil)
    #expect(fault.unwind?.recursion?.share == nil)
    #expect(fault.unwind?.recursion?.count ?? 0 > 1000)
  }

  @Test func anyFileMayBeAGuard() throws {
    let site = try #require(try dying("guard-of-a-file.c").faults.first?.site)
    #expect(site.kind == .guard)
    #expect(site.guard?.size == 4096)
  }

  @Test func leavingAtTheTopIsNobodysOverflow() throws {
    let site = try #require(try dying("above-the-top.c").faults.first?.site)
    #expect(!site.isOverflow)
    #expect(site.owner == nil)
  }

  @Test func alternateStackOverflows() throws {
    let trial = try dying("altstack-overflow.c", "null")
    #expect(trial.faults.map(\.site.kind).first == .nullPage)
    #expect(trial.faults.count == 2)
    #expect(trial.faults.last?.site.owner?.kind == .alternateStack)
  }

  /// A thread's control block lies above its stack, with nothing in between that can't be written.
  @Test func threadOnStaticMemoryIsNoCoroutine() throws {
    let site = try #require(try dying("whose-stack.c", "thread-static").faults.last?.site)
    #expect(site.isOverflow)
    #expect(site.owner?.kind == .thread)
  }

  /// In static memory the handler goes on below its stack for a while; SS_AUTODISARM lets only the
  /// signal frame tell of it.
  @Test(arguments: [("alternate-static", 12 << 10), ("alternate-autodisarm", 0)])
  func alternateStackIsNoCoroutine(way: String, room: Int) throws {
    let fault = try #require(try dying("whose-stack.c", way).faults.last)
    #expect(fault.site.isOverflow)
    #expect(fault.site.owner?.kind == .alternateStack)
    #expect(fault.site.stackSize == 64 << 10)
    #expect(fault.site.overshoot.map { $0 > room && $0 < room + (24 << 10) } == true)
    #expect(fault.unwind?.recursion?.enteredFrom?.symbol == "handle")
  }

  /// Two recursions of one function, on two stacks: only those of the second have filled it.
  @Test func recursionIsOfOneStack() throws {
    let fault = try #require(try dying("whose-stack.c", "alternate-both").faults.last)
    #expect(fault.site.owner?.kind == .alternateStack)
    let recursion = try #require(fault.unwind?.recursion)
    #expect(recursion.bytes.map { $0 <= 64 << 10 } == true)
    #expect(recursion.share.map { $0 > 0.8 && $0 <= 1 } == true)
    #expect(recursion.enteredFrom?.symbol == "handle")
  }

  /// The kernel has joined it with its neighbour above: its limit is known, its top is not.
  @Test func sizeOfAJoinedStackIsABound() throws {
    let fault = try #require(try dying("whose-stack.c", "coroutine").faults.last)
    #expect(fault.site.owner?.kind == .coroutine)
    #expect(fault.site.guard?.size == 4096)
    #expect(fault.site.stackSize == nil)
    #expect(fault.site.stackSizeAtMost.map { $0 >= 128 << 10 } == true)
    #expect(fault.unwind?.recursion?.share == nil)
    #expect(fault.headline.contains("(stack of at most "))
  }

  @Test func whatIsInTheWayIsNamed() throws {
    let site = try #require(try dying("growth-blocked.c").faults.first?.site)
    #expect(site.kind == .mainStackLimit)
    #expect(site.mapping == "anonymous rw-p")
    #expect(site.inWords.contains("could not grow"))
  }

  /// The stack is far from its own limit.
  @Test func anotherLimitIsNamed() throws {
    let fault = try #require(try dying("whose-stack.c", "address-space").faults.last)
    #expect(fault.site.kind == .mainStackLimit)
    #expect(fault.stackSizeSource == .addressSpaceLimit)
    let text = CulpritText(theme: .plain, width: 80).text(of: fault)
    #expect(text.contains("RLIMIT_AS") && text.contains("ulimit -v"))
  }

  @Test(arguments: ["grown", "lower", "raise", "zero"])
  func changedLimitSkipsNothing(change: String) throws {
    let site = try #require(try dying("limit-changed.c", change).faults.first?.site)
    #expect(site.kind == .mainStackLimit)
    #expect(site.skipped == 0)
    #expect(site.overshoot.map { (1...4096).contains($0) } == true)
  }

  @Test func staticThreadLocalStorageIsPartOfTheBudget() throws {
    let fault = try #require(try dying("static-tls.c", "412000").faults.first)
    #expect(fault.site.owner == .init(kind: .thread, name: "io"))
    let bytes = try #require(fault.unwind?.threadBlockSize)
    #expect((400_000..<410_000).contains(bytes))
    let text = CulpritText(theme: .plain, width: 80).text(of: fault)
    #expect(text.contains("thread-local storage"))
  }
}
