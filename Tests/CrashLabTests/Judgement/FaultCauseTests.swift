import Testing

@testable import CrashLab

/// Why an address was wrong: what registers and memory prove, and what they do not.
@Suite struct FaultCauseTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var site = FaultSite.Kind.nullPage
    var address: UInt64
    var access = Access.read
    var counter: UInt64 = 0x40_1000
    var base: UInt64?
    var hasIndex = false
    /// Of a return.
    var target: UInt64?
    var below: UInt64?
    var isBehindHandler = false
    var isCalled = false
    var mappings: [Mapping] = []
    var expected: FaultCause?
  }

  private static let text: UInt64 = 0x4847_4645_4443_4241  // ABCDEFGH
  private static let short: UInt64 = 0x0000_6f6c_6c65_68  // hello
  private static func mapping(_ low: UInt64) -> Mapping {
    Mapping(low: Address(low), high: Address(low + 0x1000), permissions: [.read])
  }

  static let rows = [
    Row(
      testDescription: "a member of null", address: 0xa8, base: 0,
      expected: .init(.nullMember, register: "rdi", pointer: Address(0), offset: 0xa8)),
    Row(
      testDescription: "of two registers nobody knows which is the pointer", address: 0xa8, base: 0,
      hasIndex: true, expected: .init(.nullMember, pointer: Address(0), offset: 0xa8)),
    Row(
      testDescription: "before null", site: .unmapped, address: 0xffff_ffff_ffff_ffc0, base: 0,
      expected: .init(.nullMember, register: "rdi", pointer: Address(0), offset: -0x40)),
    Row(
      testDescription: "far before null", site: .unmapped, address: 0xffff_8000_0000_0000, base: 0),
    Row(testDescription: "null itself", address: 0, base: 0),
    Row(testDescription: "a small number is no null pointer", address: 0xa8, base: 0xa0),
    Row(testDescription: "no base register", address: 0xa8),
    Row(
      testDescription: "a call of null", address: 0, access: .execute, counter: 0, isCalled: true,
      expected: .init(.nullCall, pointer: Address(0))),
    Row(
      testDescription: "a return to null", address: 0, access: .execute, counter: 0, below: 0,
      expected: .init(.returnAddressOverwritten, pointer: Address(0))),
    Row(testDescription: "a jump to null", address: 0, access: .execute, counter: 0, below: 7),
    Row(
      testDescription: "text", site: .nonCanonical, address: text + 8, base: text,
      expected: .init(
        .textPointer, register: "rdi", pointer: Address(text), offset: 8, text: "ABCDEFGH")),
    Row(
      testDescription: "a short text", site: .unmapped, address: short, base: short,
      expected: .init(
        .textPointer, register: "rdi", pointer: Address(short), offset: 0, text: "hello")),
    Row(
      testDescription: "an address near others is none", site: .unmapped, address: short,
      base: short, mappings: [mapping(short & ~0xfff + 0x10_0000)]),
    Row(
      testDescription: "four letters are no text", site: .unmapped, address: 0x6c6c_6568,
      base: 0x6c6c_6568),
    Row(
      testDescription: "a return to what is no address", site: .nonCanonical,
      address: 0, target: text,
      expected: .init(.returnAddressOverwritten, pointer: Address(text), text: "ABCDEFGH")),
    Row(
      testDescription: "a return to nothing", site: .unmapped, address: 0x7070_0000_0001,
      access: .execute, counter: 0x7070_0000_0001, below: 0x7070_0000_0001,
      expected: .init(.returnAddressOverwritten, pointer: Address(0x7070_0000_0001))),
    Row(
      testDescription: "a return to where code may have been", site: .unmapped,
      address: 0x7070_0000_0001, access: .execute, counter: 0x7070_0000_0001,
      below: 0x7070_0000_0001, mappings: [mapping(0x7070_0010_0000)],
      expected: .init(.returnedToNoCode, pointer: Address(0x7070_0000_0001))),
    Row(
      testDescription: "a handler's return to nothing", site: .unmapped,
      address: 0x7070_0000_0001, access: .execute, counter: 0x7070_0000_0001,
      below: 0x7070_0000_0001, isBehindHandler: true,
      expected: .init(.restorerMissing, pointer: Address(0x7070_0000_0001))),
    Row(
      testDescription: "a jump to nothing, where a handler was", site: .unmapped,
      address: 0x7070_0000_0001, access: .execute, counter: 0x7070_0000_0001, below: 7,
      isBehindHandler: true),
    Row(
      testDescription: "a call of nothing", site: .unmapped, address: 0x7070_0000_0001,
      access: .execute, counter: 0x7070_0000_0001, below: 0x7070_0000_0001, isCalled: true),
    Row(testDescription: "an overflow has its own words", site: .guard, address: 0xa8, base: 0),
  ]

  @Test(arguments: rows) func judges(row: Row) {
    let operand = row.base.map {
      MachineInstruction.Operand(
        address: Address(row.address), size: 8, access: row.access,
        base: .init(name: "rdi", value: $0), hasIndex: row.hasIndex)
    }
    let instruction = MachineInstruction(
      text: "", operands: operand.map { [$0] } ?? [], jumps: row.target != nil,
      returns: row.target != nil, target: row.target.map { Address($0) })
    #expect(
      FaultCause.judge(
        .init(
          site: row.site, address: Address(row.address), access: row.access,
          programCounter: Address(row.counter), instruction: instruction,
          wordBelowStack: row.below, isBehindHandler: row.isBehindHandler, isCalled: row.isCalled,
          mappings: row.mappings))
        == row.expected)
  }
}

/// What has set the size of a stack.
@Suite struct StackSizeSourceTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var owner = StackKind.thread
    var size: Int? = 8 << 20
    var guardSize: UInt64 = 4096
    var limit = StackSizeSource.ResourceLimit.soft(8 << 20)
    var image = "/usr/lib/libc.so.6"
    var outermost: (symbol: String?, image: String) = ("work", "/bin/own")
    var expected: StackSizeSource?

    var testDescription: String { "\(owner) \(size ?? 0) \(limit) \(image) \(outermost)" }
  }

  static let rows = [
    Row(owner: .main, expected: .resourceLimit),
    Row(owner: .main, size: nil, expected: .resourceLimit),
    Row(owner: .main, limit: .unknown, expected: .resourceLimit),
    Row(owner: .main, limit: .unlimited, expected: .resourceLimit),
    Row(owner: .main, limit: .soft((8 << 20) + 1000), expected: .resourceLimit),
    Row(owner: .main, limit: .soft(1 << 60), expected: .resourceLimit),
    Row(owner: .main, limit: .soft(16 << 20), expected: .changedLimit),
    Row(owner: .main, size: 132 << 10, limit: .soft(4096), expected: .changedLimit),
    Row(owner: .coroutine, expected: .coroutine),
    Row(owner: .alternateStack, expected: .alternateStack),
    Row(expected: .threadDefault),
    Row(size: (8 << 20) - 4096, expected: .threadDefault),
    Row(size: 64 << 10, expected: .threadAttribute),
    Row(size: 2 << 20, limit: .unlimited, expected: .threadDefault),
    Row(size: 8 << 20, limit: .unlimited, expected: .threadAttribute),
    Row(limit: .unknown, expected: .thread),
    Row(size: nil, expected: nil),
    Row(size: 128 << 10, image: "/lib/ld-musl-x86_64.so.1", expected: .musl),
    Row(size: 256 << 10, image: "/lib/ld-musl-x86_64.so.1", expected: .threadAttribute),
    Row(size: 132 << 10, image: "/usr/lib/x86_64-linux-musl/libc.so", expected: .musl),
    Row(size: 132 << 10, guardSize: 8192, image: "/home/me/static", expected: .musl),
    Row(size: 132 << 10, guardSize: 4096, image: "/home/me/static", expected: .threadAttribute),
    Row(size: 132 << 10, guardSize: 8192, expected: .threadAttribute),
    Row(
      size: 2 << 20, outermost: (nil, "/usr/lib/libgomp.so.1"), expected: .openMP),
    Row(size: 2 << 20, outermost: ("gomp_thread_start", "/bin/own"), expected: .threadAttribute),
    Row(
      size: 2 << 20, outermost: ("std::sys::unix::thread::Thread::new::thread_start", "/bin/x"),
      expected: .rust),
    Row(
      size: 2 << 20,
      outermost: ("<std::sys::thread::unix::Thread>::new::thread_start", "/bin/x"),
      expected: .rust),
    Row(
      size: 1 << 20, outermost: ("thread_native_entry(Thread*)", "/usr/lib/jvm/libjvm.so"),
      expected: .java),
  ]

  @Test(arguments: rows) func judges(row: Row) {
    let site = FaultSite(
      .guard, owner: .init(kind: row.owner, name: "x"), stackLimit: Address(0x1_0000),
      stackSize: row.size,
      guard: Guard(
        low: Address(0x1_0000 - row.guardSize), high: Address(0x1_0000), kind: .mapping))
    let frames = [
      UnwindReport.Frame(
        index: 0, count: 1, period: 1, programCounter: Address(1), symbol: row.outermost.symbol,
        image: row.outermost.image),
      UnwindReport.Frame(
        index: 1, count: 1, period: 1, programCounter: Address(1), symbol: "start_thread",
        image: "/usr/lib/libc.so.6"),
    ]
    let source = StackSizeSource.judge(site, images: [row.image], limit: row.limit)
    let maker = row.owner == .thread && source != nil ? StackSizeSource.maker(of: frames) : nil
    #expect(maker ?? source == row.expected)
  }

  @Test func onlyAnOverflowHasOne() {
    let site = FaultSite(.ownStack, owner: .init(kind: .main, name: "x"), stackSize: 1)
    #expect(StackSizeSource.judge(site, images: [], limit: .unknown) == nil)
  }
}

@Suite struct OwnCodeTests {
  private func frame(
    _ symbol: String?, image: String? = "/home/u/app", file: String? = nil,
    inlined: [UnwindReport.Frame.Inlined] = []
  ) -> UnwindReport.Frame {
    UnwindReport.Frame(
      index: 0, count: 1, period: 1, programCounter: Address(1), symbol: symbol, file: file,
      line: 1, image: image, inlined: inlined)
  }

  private func names(_ frames: [UnwindReport.Frame]) -> [String] {
    OwnCode.all(in: frames).map { $0.function.symbol ?? "?" }
  }

  @Test func librariesAreNot() {
    #expect(
      names([
        frame("abort", image: "/usr/lib/libc.so.6"), frame("memcpy", image: "/lib/libc.so.6"),
        frame("parse"), frame("main"), frame("?", image: nil), frame("_start"),
      ]) == ["parse", "main"])
  }

  @Test func whatACompilerPutThereIsNot() {
    #expect(
      names([
        frame("core::panicking::panic", file: "/rustc/abc/library/core/src/panicking.rs"),
        frame("std::vector<int>::at(unsigned long)", file: "/usr/include/c++/12/bits/v.h"),
        frame(
          "run", file: "/home/u/a.cpp",
          inlined: [
            .init(symbol: "operator[]", file: "/usr/include/c++/12/bits/v.h", line: 3),
            .init(symbol: "own", file: "/home/u/a.h", line: 3),
          ]),
      ]) == ["own", "run"])
  }
}

@Suite struct PointedTextTests {
  @Test(
    arguments: [
      (0x4847_4645_4443_4241, "ABCDEFGH"), (0x0000_0045_4443_4241, "ABCDE"),
      (0x0000_0000_4443_4241, nil), (0x4100_0045_4443_4241, nil), (0x0000_0745_4443_4241, nil),
      (0, nil),
    ] as [(UInt64, String?)])
  func ofAWord(_ word: UInt64, _ text: String?) {
    #expect(PointedText.text(of: word, atLeast: 5) == text)
  }

  @Test func ofMemory() {
    #expect(PointedText.text(in: Array("hello".utf8), of: 8) == "hello")
    #expect(PointedText.text(in: Array("helloyou".utf8), of: 8) == "helloyou…")
    #expect(PointedText.text(in: Array("abc".utf8), of: 8) == nil)
    #expect(PointedText.text(in: [0x68, 0x65, 0x6c, 0xff, 0x6f], of: 8) == nil)
  }
}

@Suite struct EqualThreadsTests {
  private func trace(_ counters: [UInt64], stack: UInt64, count: Int = 1) -> Trace {
    Trace(
      entries: counters.enumerated().map { index, counter in
        .init(
          index: index, count: count, period: 1, programCounter: Address(counter),
          canonicalFrameAddress: Address(stack + UInt64(index) * 16), frameSize: 16, stride: 0,
          isSignalFrame: false, isExact: index == 0)
      }, frameCount: counters.count, leftOut: 0, stackBytes: 0, sites: [], isComplete: true,
      steps: 0, duration: 0)
  }

  @Test func chainsAreEqualWhereverTheStackLies() {
    let threads = [
      ThreadTrace(id: 1, name: "a", trace: trace([1, 2], stack: 0x1000)),
      ThreadTrace(id: 2, name: "b", trace: trace([1, 2], stack: 0x9000)),
      ThreadTrace(id: 3, name: "c", trace: trace([1, 3], stack: 0x1000)),
      ThreadTrace(id: 4, name: "d", trace: nil), ThreadTrace(id: 5, name: "e", trace: nil),
      ThreadTrace(id: 6, name: "f", trace: trace([1, 2], stack: 0x1000, count: 7)),
    ]
    #expect(threads.sameAs == [nil, 1, nil, nil, nil, nil])
  }

  @Test func groupsAreSortedByCount() {
    let groups = EqualThreads.all(in: [
      .init(id: 1, name: "main"), .init(id: 2, name: "w"), .init(id: 3, name: "w", sameAs: 2),
      .init(id: 4, name: "x", sameAs: 2),
    ])
    #expect(groups.map(\.count) == [3, 1])
    #expect(groups.map(\.names) == [["w", "x"], ["main"]])
  }
}

/// Registers, and what they point to.
@Suite struct RegisterReportTests {
  private static let photograph = Photograph(
    mappings: [
      Mapping(
        low: Address(0x1000), high: Address(0x2000), permissions: [.read, .execute], path: "/bin/x"),
      Mapping(
        low: Address(0x2000), high: Address(0x3000), permissions: [.read], offset: 0x1000,
        path: "/bin/x"),
      Mapping(
        low: Address(0x5000), high: Address(0x6000), permissions: [.read, .write], path: "[heap]"),
      Mapping(low: Address(0x8000), high: Address(0x9000), permissions: [.read, .write]),
      Mapping(low: Address(0xa000), high: Address(0xb000), permissions: [.read, .write]),
    ], threads: [],
    stacks: [
      StackRegion(
        kind: .thread, name: "w", thread: 3, low: Address(0x8000), high: Address(0x9000),
        guard: Guard(low: Address(0x7000), high: Address(0x8000), kind: .mapping))
    ])

  @Test(
    arguments: [
      (0x1010, .code, 0x10), (0x2010, .data, 0x1010), (0x5004, .heap, 4), (0x8ff0, .stack, 0xf0),
      (0x8e00, .stack, -0x100), (0x7008, .guard, 8), (0xa001, .mapping, 1), (0x4000, nil, 0),
      (0, nil, 0),
    ] as [(UInt64, PointerTarget.Kind?, Int)])
  func points(_ value: UInt64, _ kind: PointerTarget.Kind?, _ offset: Int) {
    let target = PointerTarget(
      Address(value), stackPointer: Address(0x8f00), in: Self.photograph)
    #expect(target?.kind == kind)
    #expect(target?.offset ?? 0 == offset)
    #expect((target?.owner?.name == "w") == (kind == .stack || kind == .guard))
  }
}
