import Testing

@testable import CrashLab

/// The frames of each version of CPython that is known, in memory made by hand; and whatever else may
/// stand there.
@Suite struct PythonFramesTests {
  typealias Version = SyntheticPython.Version

  /// One line more for each code unit: first + 1, + 2, ...
  private static let table = (0..<8).flatMap { _ -> [UInt8] in [0x80 | 11 << 3, 0, 0] }
  private static let thread: UInt64 = 0x7f00_1234_5640

  /// `visit` three times, called from C, within `<module>`.
  private static func nested(_ version: Version, wrongType: Bool = false) -> SyntheticPython {
    var python = SyntheticPython(version)
    let module = python.code("<module>", "/srv/tree.py", first: 1, table: table)
    let visit = python.code("Tree.visit", "/srv/tree.py", first: 10, table: table)
    let helper = python.code(
      "größe", "/srv/文.py", first: 50, table: table, type: wrongType ? "tuple" : "code")
    var frame = python.shim(within: 0)
    frame = python.frame(module, at: 3, within: frame)
    frame = python.shim(within: frame)
    frame = python.frame(visit, at: 2, within: frame)
    frame = python.frame(visit, at: 2, within: frame, owner: 1)
    // The interpreter's own, between a class and its function.
    let mark = python.code("__init__", "__init__", first: 1, table: [], length: 1)
    frame = python.frame(mark, at: 0, within: frame)
    frame = python.frame(helper, at: 0, within: frame)
    frame = python.frame(visit, at: -1, within: frame)
    _ = python.interpreter([(77, 0), (thread, frame), (88, 0)])
    return python
  }

  @Test(arguments: Version.all) func tells(version: Version) throws {
    var frames = try #require(Self.nested(version).frames)
    #expect(
      frames.of(threadPointer: Self.thread)?.frames == [
        .init(function: "Tree.visit", file: "/srv/tree.py", line: 10),
        .init(function: "größe", file: "/srv/文.py", line: 51),
        .init(function: "Tree.visit", file: "/srv/tree.py", line: 13, count: 2),
        .init(function: "<module>", file: "/srv/tree.py", line: 5),
      ])
    #expect(frames.of(threadPointer: 77) == nil)
    #expect(frames.of(threadPointer: 99) == nil)
  }

  @Test(arguments: Version.all) func whatIsNotProvedIsLeftOut(version: Version) throws {
    var frames = try #require(Self.nested(version, wrongType: true).frames)
    #expect(
      frames.of(threadPointer: Self.thread)?.frames == [
        .init(function: "Tree.visit", file: "/srv/tree.py", line: 10)
      ])
  }

  @Test(arguments: Version.all) func instructionsOfOthersHaveNoLine(version: Version) throws {
    for (instruction, line) in [(-2, nil), (-1, 1), (0, 2), (7, 9), (8, nil)] as [(Int, Int?)] {
      var python = SyntheticPython(version)
      let code = python.code("f", "/f.py", first: 1, table: Self.table)
      _ = python.interpreter([(1, python.frame(code, at: instruction, within: 0))])
      var frames = try #require(python.frames)
      #expect(
        frames.of(threadPointer: 1)?.frames == [.init(function: "f", file: "/f.py", line: line)])
    }
  }

  @Test(arguments: Version.all) func aCircleIsNoChain(version: Version) throws {
    for length in [1, 2, 3, 63, 64, 65, 200] {
      var python = SyntheticPython(version)
      let code = python.code("f", "/f.py", first: 1, table: Self.table)
      let outermost = python.frame(code, at: 0, within: 0)
      var frame = outermost
      for _ in 1..<length { frame = python.frame(code, at: 0, within: frame) }
      python.set(outermost + version.framePrevious, frame)
      frame = python.frame(code, at: 0, within: frame)
      _ = python.interpreter([(1, frame)])
      var frames = try #require(python.frames)
      #expect(frames.of(threadPointer: 1) == nil)
    }
  }

  /// Within a function of one interpreter another was told to run something.
  @Test(arguments: Version.all) func theInterpreterFurtherInComesFirst(version: Version) throws {
    for isNewestInnermost in [true, false] {
      var python = SyntheticPython(version)
      let inner = python.code("inner", "/f.py", first: 1, table: Self.table)
      let outer = python.code("outer", "/f.py", first: 1, table: Self.table)
      // The stack grows down.
      var chains = [inner, outer].map { code -> UInt64 in
        let shim = python.shim(within: 0)
        return python.frame(code, at: 0, within: shim)
      }
      // The records of 3.11 and 3.12 come in the order of the interpreters that are made.
      if version.recordFrame != nil {
        _ = python.interpreter([(1, chains[0])])
        _ = python.interpreter([(1, chains[1])])
      } else {
        if isNewestInnermost { chains.reverse() }
        for chain in chains { _ = python.interpreter([(1, chain)]) }
      }
      var frames = try #require(python.frames)
      #expect(frames.of(threadPointer: 1)?.frames.map(\.function) == ["inner", "outer"])
    }
  }

  /// The stack grows down, and the last entry is in the thread's state.
  @Test(arguments: Version.all) func whatTheCallsThroughCHaveTaken(version: Version) throws {
    for calls in [7, 8, 30] {
      var python = SyntheticPython(version)
      let code = python.code("f", "/f.py", first: 1, table: Self.table)
      // A hundred bytes from one to the next, a thousand to the outermost.
      let places = (0..<calls).map { UInt64($0) * 104 + ($0 == calls - 1 ? 1000 : 0) }
      let stack = python.reserve(8192)
      _ = python.interpreter([(1, python.stack(of: code, entries: places.map { stack + $0 }))])
      var frames = try #require(python.frames)
      let told = frames.of(threadPointer: 1)
      let seen = try #require(told)
      #expect(seen.frames.first?.count == calls)
      #expect(seen.used == (calls < 8 ? nil : 104 * (calls - 2)))
    }
  }

  @Test(arguments: Version.all) func aThreadOfAnotherInterpreterEndsTheList(version: Version) throws
  {
    var python = SyntheticPython(version)
    let code = python.code("f", "/f.py", first: 1, table: Self.table)
    let interpreter = python.interpreter([(1, python.frame(code, at: 0, within: 0))])
    let state = try #require(python.memory.word(interpreter + version.interpreterThreads))
    python.set(state + 16, interpreter + 8)
    var frames = try #require(python.frames)
    #expect(frames.of(threadPointer: 1) == nil)
  }

  @Test(arguments: Version.all) func damagedMemoryIsBounded(version: Version) {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func random(_ limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(limit))
    }
    let whole = Self.nested(version)
    let places = whole.bytes.indices.filter { whole.bytes[$0] != 0 }
    for _ in 0..<400 {
      var python = whole
      for _ in 0...random(3) {
        let place = UInt64(places[random(places.count)] & ~7) + python.runtime
        python.set(
          place,
          [0, .max, UInt64(random(1 << 17)), python.runtime, UInt64(random(256)) << 56][random(5)])
      }
      var frames = python.frames
      _ = frames?.of(threadPointer: Self.thread)
    }
  }

  // MARK: - Versions

  @Test(
    arguments: [
      (0x030a_0ef0, false), (0x030b_02f0, true), (0x030c_01f0, true), (0x030d_00f0, false),
      (0x030b_00c1, true), (0x030c_00a7, false), (0x030c_00b4, false), (0x1_030c_01f0, false),
      (0, false),
    ] as [(UInt64, Bool)])
  func withoutOffsets(version: UInt64, isKnown: Bool) {
    #expect((PythonLayout(version: version, runtime: []) != nil) == isKnown)
  }

  /// Word 0 is the cookie, 1 the version, 2 whether it is free-threaded.
  @Test(arguments: Version.all.filter { !$0.published.isEmpty })
  func offsetsThatAreNoneAreNotTaken(version: Version) {
    func isTaken(_ index: Int, _ word: UInt64, version hex: UInt64? = nil) -> Bool {
      var words = version.published
      words[index] = word
      return PythonLayout(version: hex ?? version.hex, runtime: words) != nil
    }
    #expect(isTaken(1, version.hex))
    #expect(!isTaken(0, 0))
    #expect(!isTaken(1, version.hex + 0x100))
    #expect(!isTaken(1, 0x0310_00f0, version: 0x0310_00f0))
    #expect(!isTaken(1, version.hex - 0x50, version: version.hex - 0x50))
    #expect(!isTaken(2, 1))
    // The head of the interpreters, past the end of the structure or too far out for one.
    #expect(!isTaken(5, version.published[3] - 7))
    #expect(!isTaken(5, .max - 3))
    #expect(!isTaken(3, 1 << 40))
    // Frames of a megabyte.
    let frame = version.hex >> 16 == 0x030d ? 28 : version.hex >> 16 == 0x030e ? 31 : 39
    #expect(isTaken(frame, 96))
    #expect(!isTaken(frame, 1 << 20))
    #expect(PythonLayout(version: version.hex, runtime: version.published.dropLast(20)) == nil)
  }
}
