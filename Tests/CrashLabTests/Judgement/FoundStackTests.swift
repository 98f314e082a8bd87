import Testing

@testable import CrashLab
@testable import CrashLabText

/// Pages are written as their numbers: a stack at 0x10 has its limit at 0x10000.
private func page(_ number: UInt64) -> Address { Address(number << 12) }

private func memory(
  _ low: UInt64, _ high: UInt64, _ permissions: Mapping.Permissions = [.read, .write],
  _ path: String = ""
) -> Mapping {
  Mapping(low: page(low), high: page(high), permissions: permissions, path: path)
}

private let limits = MainStackLimits(soft: 8 << 20, gap: 1 << 20)

/// Threads by their stack pointers' pages; the process itself is number 1.
private func facts(
  _ mappings: [Mapping], pointers: [UInt64], guards: [Range<UInt64>] = [],
  blocks: [UInt64] = [], touched: [Range<UInt64>] = []
) -> FoundStack.Facts {
  FoundStack.Facts(
    mappings: mappings + [memory(0x9_0000, 0x9_0020, [.read, .write], "[stack]")],
    threads: pointers.enumerated().map { index, pointer in
      ThreadSnapshot(
        id: Int32(index + 2), name: "worker-\(index)",
        stackPointer: Address(pointer << 12 + 0x100))
    },
    scan: PageScan(
      touched: touched.map { page($0.lowerBound)..<page($0.upperBound) },
      guards: guards.map { page($0.lowerBound)..<page($0.upperBound) }),
    controlBlocks: blocks.map { Address($0 << 12 + 0x6c0) }, process: 1, limits: limits)
}

struct StackRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var facts: FoundStack.Facts
  /// Of the threads' stacks: limit and top as pages, guard's size in pages, kind, evidence.
  var expected: [(UInt64, UInt64, Int, Guard.Kind, FoundStack.Evidence)]
}

@Test(arguments: [
  StackRow(
    testDescription: "the library's own guard",
    facts: facts([memory(0x10, 0x11, []), memory(0x11, 0x21)], pointers: [0x20], blocks: [0x20]),
    expected: [(0x11, 0x21, 1, .mapping, .controlBlock)]),
  StackRow(
    testDescription: "a guarded mapping without a control block",
    facts: facts([memory(0x10, 0x11, []), memory(0x11, 0x21)], pointers: [0x20]),
    expected: [(0x11, 0x21, 1, .mapping, .shape)]),
  StackRow(
    testDescription: "two stacks without a guard in one mapping",
    facts: facts(
      [memory(0x10, 0x30)], pointers: [0x1f, 0x2f], blocks: [0x1f, 0x2f]),
    expected: [
      (0x10, 0x20, 0, .none, .controlBlock), (0x20, 0x30, 0, .none, .controlBlock),
    ]),
  StackRow(
    testDescription: "hidden guards divide one mapping",
    facts: facts(
      [memory(0x10, 0x32)], pointers: [0x20, 0x31], guards: [0x10..<0x11, 0x21..<0x22],
      blocks: [0x20, 0x31]),
    expected: [
      (0x11, 0x21, 1, .madvise, .controlBlock), (0x22, 0x32, 1, .madvise, .controlBlock),
    ]),
  StackRow(
    testDescription: "a thread on a piece of the heap",
    facts: facts([memory(0x10, 0x900, [.read, .write], "[heap]")], pointers: [0x20]),
    expected: [(0x10, 0x900, 0, .none, .stackPointer)]),
  StackRow(
    testDescription: "a stack pointer where nothing is mapped",
    facts: facts([memory(0x10, 0x20)], pointers: [0x40]), expected: []),
  StackRow(
    testDescription: "a stack pointer in code",
    facts: facts([memory(0x10, 0x20, [.read, .execute], "/bin/x")], pointers: [0x15]),
    expected: []),
])
func findsStacks(row: StackRow) {
  let found = FoundStack.find(row.facts).filter { $0.region.kind == .thread }
  #expect(found.count == row.expected.count)
  for (stack, expected) in zip(found, row.expected) {
    #expect(stack.region.low == page(expected.0))
    #expect(stack.region.high == page(expected.1))
    #expect(stack.region.guard.size == expected.2 << 12)
    #expect(stack.region.guard.kind == expected.3)
    #expect(stack.evidence == expected.4)
  }
}

/// The block of a thread lies in its own stack; no guard and no block: the limits are a guess.
@Test(
  arguments: [
    (0x20, true, StackKind.thread, false), (0x50, true, .coroutine, false),
    (nil, true, .thread, false), (0x50, false, .coroutine, true), (nil, false, .thread, true),
  ] as [(UInt64?, Bool, StackKind, Bool)])
func controlBlockTellsTheStack(
  block: UInt64?, isGuarded: Bool, kind: StackKind, isGuess: Bool
) throws {
  let below = isGuarded ? [memory(0x10, 0x11, [])] : []
  var facts = facts(below + [memory(0x11, 0x21)], pointers: [0x20])
  facts.threads[0].controlBlock = block.map(page)
  let stack = try #require(FoundStack.find(facts).first { $0.region.kind != .main })
  #expect(stack.region.kind == kind)
  #expect(stack.region.isLimitKnown == !isGuess)
}

/// A neighbour's memory above a thread's stack is not counted to it.
@Test(arguments: [(0x20, 0x21), (0x40, 0x41), (0x3f, 0x41), (0x3e, 0x3f), (nil, nil)])
func controlBlockEndsAJoinedStack(block: UInt64?, high: UInt64?) throws {
  var facts = facts([memory(0x10, 0x11, []), memory(0x11, 0x41)], pointers: [0x12])
  facts.threads[0].controlBlock = block.map(page)
  let stack = try #require(FoundStack.find(facts).first { $0.region.kind != .main })
  #expect(stack.region.isTopKnown == (high != nil))
  #expect(stack.region.high == page(high ?? 0x41))
}

/// Down through several mappings that can be written, but through nothing else.
@Test(
  arguments: [
    ([memory(0x11, 0x21, [.read, .write], "/x"), memory(0x21, 0x41)], StackKind.thread),
    ([memory(0x11, 0x21), memory(0x21, 0x22, []), memory(0x22, 0x41)], .coroutine),
    ([memory(0x11, 0x21), memory(0x22, 0x41)], .coroutine),
    ([memory(0x11, 0x21)], .coroutine),
  ])
func controlBlockIsReached(mappings: [Mapping], kind: StackKind) throws {
  var facts = facts(mappings, pointers: [0x12])
  facts.threads[0].controlBlock = page(0x40)
  let stack = try #require(FoundStack.find(facts).first { $0.region.kind != .main })
  #expect(stack.region.kind == kind)
  #expect(!stack.region.isTopKnown)
}

@Test func aThreadOnACoroutineIsSeenThere() {
  var facts = facts([memory(0x10, 0x11, []), memory(0x11, 0x21)], pointers: [0x20])
  facts.claims = [
    .init(kind: .coroutine, name: "parser", number: 7, low: page(0x11), high: page(0x21))
  ]
  let found = FoundStack.find(facts).filter { $0.region.kind != .main }
  #expect(found.count == 1)
  #expect(found.first?.region.kind == .coroutine)
  #expect(found.first?.stackPointer != nil)
}

@Test func useIsCountedFromTheTop() throws {
  let facts = facts(
    [memory(0x10, 0x11, []), memory(0x11, 0x21), memory(0x21, 0x22, []), memory(0x22, 0x32)],
    pointers: [0x20, 0x31], blocks: [0x20, 0x31],
    touched: [0x1f..<0x21, 0x24..<0x25, 0x30..<0x32])
  let uses = StackOccupancy.of(
    FoundStack.find(facts), mappings: facts.mappings, scan: facts.scan)
  let lower = try #require(uses.first)
  #expect(lower.inUse == 0xf00)
  #expect(lower.touched == 2 << 12)
  #expect(lower.largestStep == 0)
  #expect(lower.below == nil)
  let upper = uses[1]
  #expect(upper.touched == 0xe << 12)
  #expect(upper.resident == 3 << 12)
  #expect(upper.largestStep == 0xb << 12)
  #expect(upper.below == .init(kind: .stack, name: "worker-0", distance: 1 << 12))
  let main = try #require(uses.last)
  #expect(main.stack.region.kind == .main)
  #expect(main.below?.name == "worker-1")
}

/// What permits nothing is no neighbour: an access there faults too.
@Test func neighbourIsMemoryThatCanBeReached() {
  let facts = facts(
    [
      memory(0x5, 0x8, [.read], "/x"), memory(0x9, 0x10, [.execute]), memory(0x10, 0x11, []),
      memory(0x11, 0x21),
    ], pointers: [0x20], blocks: [0x20])
  let uses = StackOccupancy.of(FoundStack.find(facts), mappings: facts.mappings, scan: facts.scan)
  #expect(uses.first?.below == .init(kind: .mapping, name: "/x", distance: 9 << 12))
}

struct WarningRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var guardKind: Guard.Kind = .mapping
  var guardSize: UInt64 = 4096
  var size: UInt64 = 1 << 20
  var touched = 4096
  var step = 0
  var below: StackOccupancy.Neighbour?
  var largestFrame: Int?
  var evidence: FoundStack.Evidence = .controlBlock
  var kind: StackKind = .thread
  var expected: [LayoutWarning]
}

@Test(arguments: [
  WarningRow(testDescription: "all is well", expected: []),
  WarningRow(
    testDescription: "no guard", guardKind: .none, guardSize: 0, expected: [.noGuard]),
  WarningRow(
    testDescription: "no guard and a stack directly below", guardKind: .none, guardSize: 0,
    below: .init(kind: .stack, name: "x", distance: 0),
    expected: [.noGuard, .neighbourAGuardApart]),
  WarningRow(
    testDescription: "a frame as large as the guard", largestFrame: 4096, expected: []),
  WarningRow(
    testDescription: "a larger frame", largestFrame: 4097, expected: [.guardSmallerThanFrame]),
  WarningRow(
    testDescription: "a larger step was taken", step: 8192, expected: [.guardSmallerThanFrame]),
  WarningRow(
    testDescription: "80 percent", size: 10 << 12, touched: 8 << 12, expected: []),
  WarningRow(
    testDescription: "more than 80 percent", size: 10 << 12, touched: 9 << 12,
    expected: [.nearlyFull]),
  WarningRow(
    testDescription: "an alternate stack is always full", size: 10 << 12, touched: 10 << 12,
    kind: .alternateStack, expected: []),
  WarningRow(
    testDescription: "a stack a guard apart",
    below: .init(kind: .stack, name: "x", distance: 4096), expected: [.neighbourAGuardApart]),
  WarningRow(
    testDescription: "a stack further away",
    below: .init(kind: .stack, name: "x", distance: 8192), expected: []),
  WarningRow(
    testDescription: "a mapping a guard apart",
    below: .init(kind: .mapping, name: "x", distance: 4096), expected: []),
  WarningRow(
    testDescription: "a heap is not judged", guardKind: .none, guardSize: 0, touched: 1 << 20,
    evidence: .stackPointer, expected: []),
])
func warns(row: WarningRow) {
  let low = Address(1 << 30)
  let region = StackRegion(
    kind: row.kind, name: "worker", thread: 2, low: low, high: Address(low.value + row.size),
    guard: Guard(low: Address(low.value - row.guardSize), high: low, kind: row.guardKind))
  let use = StackOccupancy(
    stack: FoundStack(region: region, stackPointer: nil, evidence: row.evidence), inUse: nil,
    touched: row.touched, resident: row.touched, largestStep: row.step, below: row.below,
    memory: "")
  #expect(LayoutWarning.judge(use, largestFrame: row.largestFrame) == row.expected)
}

@Test(arguments: [
  ("34 0x0 0x0 0x2 0x7f 0x0 0x64 0x7ffe390ddf20 0x7fe6aca97df2\n", 0x7ffe_390d_df20 as UInt64?),
  ("-1 0x7ffe390ddf20 0x7fe6aca97df2\n", 0x7ffe_390d_df20),
  ("running\n", nil), ("", nil), ("\n", nil), ("1 2\n", nil), ("1 0xzz 0x1\n", nil),
  ("1 0x0 0x1\n", nil), ("1 0x11112222333344445 0x1\n", nil),
])
func stackPointerIsTheLastFieldButOne(text: String, expected: UInt64?) {
  let found = Array(text.utf8).withUnsafeBufferPointer {
    ThreadSnapshot.stackPointer(inSyscall: $0)
  }
  #expect(found?.value == expected)
}

@Test func areasAreAsAPersonThinksOfThem() {
  let mappings = [
    memory(0x1, 0x3, [.read], "/bin/x"), memory(0x3, 0x5, [.read, .write], "/bin/x"),
    memory(0x6, 0x9, [.read, .write], "[heap]"), memory(0x10, 0x11, []), memory(0x11, 0x21),
    memory(0x21, 0x22, []), memory(0x22, 0x32),
    memory(0x40, 0x50, [.read], "/lib/libc.so.6"), memory(0x50, 0x51, [.read], "/etc/locale"),
  ]
  let stacks = FoundStack.find(facts(mappings, pointers: [0x20, 0x31], blocks: [0x20, 0x31]))
    .map(\.region)
  let areas = AddressArea.gather(mappings, stacks: stacks, program: "/bin/x")
  #expect(areas.map(\.kind) == [.program, .heap, .stacks, .libraries, .files])
  #expect(areas[2].stacks == 2)
  #expect(areas[2].mapped == 0x22 << 12)
  #expect(AddressArea.coarse(areas).map(\.kind) == [.program, .heap, .stacks, .libraries])
}

@Test func namesThatDifferByANumberAreOneGroup() {
  #expect(namePattern("worker-17") == "worker-*")
  #expect(namePattern("a1b22") == "a*b*")
  #expect(namePattern("main") == "main")
}

@Test func widthsOfTheStripCoverTheArea() {
  for (columns, rows) in [(7, 3), (1, 1), (100, 10)] {
    let strip = StackStrip.draw([], from: page(0), to: page(1000), columns: columns, rows: rows)
    #expect(strip.rows.count == rows)
    #expect(strip.rows.dropLast().allSatisfy { $0.count == columns })
    #expect(strip.rows.last.map { (1...columns).contains($0.count) } == true)
    #expect(strip.rows.allSatisfy { $0.allSatisfy { $0 == " " } })
    // All of the area, and less than one column more.
    let drawn = strip.scale * strip.rows.reduce(0) { $0 + $1.count }
    #expect((1000 << 12..<1000 << 12 + strip.scale).contains(drawn))
  }
}

private func reported(
  _ low: UInt64, _ high: UInt64, touched: Int, inUse: Int? = nil, guard kind: Guard.Kind = .mapping
) -> LayoutReport.Stack {
  let size = Int(high - low) << 12
  return LayoutReport.Stack(
    kind: .thread, name: "worker", evidence: .controlBlock, limit: page(low), top: page(high),
    size: size, inUse: inUse, touched: touched, resident: touched, largestStep: 0,
    guard: Guard(low: page(low - 1), high: page(low), kind: kind), guardSize: 4096, warnings: [])
}

/// A column is as high as the fullest stack in it was touched.
@Test func stripShowsWhereStacksAreAndHowFull() {
  let stacks = [
    reported(10, 20, touched: 10 << 12), reported(30, 40, touched: 5 << 12),
    reported(41, 49, touched: 1 << 12), reported(45, 50, touched: 4096 * 4),
    reported(70, 80, touched: 0),
  ]
  let strip = StackStrip.draw(stacks, from: page(0), to: page(100), columns: 5, rows: 2)
  #expect(strip.scale == 10 << 12)
  #expect(strip.rows == [" █ ▅▇", "  ▁  "])
}

@Test func barIsToTheScaleOfTheLargest() {
  func bar(_ stack: LayoutReport.Stack) -> String {
    StackBar.draw(stack, columns: 10, largest: 20 << 12)
  }
  #expect(bar(reported(10, 30, touched: 8 << 12, inUse: 4 << 12)) == "│······░░██")
  #expect(bar(reported(10, 20, touched: 0)) == "│·····")
  #expect(bar(reported(10, 20, touched: 10 << 12, guard: .none)) == " ░░░░░")
}

@Test func bytesInWordsBearsAnyNumber() {
  #expect(bytesInWords(Int.max) == "8,388,608 TiB")
  #expect(bytesInWords(3 << 39) == "1.5 TiB")
}
