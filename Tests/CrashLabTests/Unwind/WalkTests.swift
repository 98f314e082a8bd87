import CHarness
import Testing

@testable import CrashLab

/// Walks over stacks made for them. One walk at a time: the harness has one.
@Suite(.serialized) struct WalkTests {
  private static func walked(_ walk: SyntheticWalk) -> SyntheticWalk {
    walk.walk()
    return walk
  }

  private static func chain(_ count: Int, returning numbers: [Int] = [1]) -> SyntheticWalk {
    let walk = SyntheticWalk(words: 6 * count + 16)
    let addresses = numbers.map { walk.returnAddress($0) }
    walk.chain(count) { addresses[$0 % addresses.count] }
    // The outermost: neither a frame pointer nor a return address.
    walk.stack[2 + 6 * (count - 1)] = 0
    walk.stack[3 + 6 * (count - 1)] = 0
    return walk
  }

  @Test(arguments: [[1], [1, 2], [1, 2, 3, 2]])
  func framePointersAreFollowedAndFolded(numbers: [Int]) {
    let walk = WalkTests.walked(WalkTests.chain(10_000, returning: numbers))
    #expect(walk.frames == walk.followed())
    #expect(walk.trace.frame_count == 10_000)
    #expect(walk.trace.verified > 9000 && walk.trace.steps == 0)
    #expect(walk.trace.guessed == 10_000)
    #expect(walk.trace.complete == 1 && walk.trace.stop == CLAB_STOP_NULL_RETURN.rawValue)
    #expect(walk.trace.left_out == 0)
    let flags = withUnsafeBytes(of: walk.trace.entries) {
      $0.bindMemory(to: clab_frame.self).prefix(Int(walk.trace.entry_count)).map(\.flags)
    }
    #expect(!flags.isEmpty && flags.allSatisfy { $0 & CLAB_FRAME_GUESSED.rawValue != 0 })
  }

  /// What is told of a chain that is folded is what was walked: a run may end anywhere in its round,
  /// and other frames may follow.
  @Test(arguments: [[1], [1, 2], [1, 2, 3, 2], [1, 2, 3, 4, 5]], 0..<5)
  func entriesAreTheFrames(numbers: [Int], rest: Int) {
    let walk = WalkTests.chain(5000 + rest, returning: numbers)
    // Not the same from here on.
    for index in 4000...4040 {
      walk.stack[3 + 6 * (index + rest)] = walk.returnAddress(6 + index % 7)
    }
    walk.walk()
    #expect(walk.frames == walk.followed())
    #expect(walk.trace.verified > 4000)
    let told = walk.told
    #expect(UInt64(told.count) + walk.trace.left_out == walk.trace.frame_count)
    for (index, frame) in told where walk.frames[index] != frame {
      Issue.record("frame \(index): \(frame), walked \(walk.frames[index])")
    }
  }

  /// The run is verified in steps of several frames: each of them must look at every word.
  @Test(arguments: 0..<8)
  func linkThatSkipsAFrameEndsTheRun(place: Int) {
    let walk = WalkTests.chain(10_000)
    let broken = 2 + 6 * (5000 + place)
    walk.stack[broken] = walk.address(ofWord: broken + 12)
    walk.walk()
    #expect(walk.frames == walk.followed())
    #expect(walk.trace.frame_count == 9999)
  }

  @Test(arguments: 0..<8)
  func otherReturnAddressEndsTheRun(place: Int) {
    let walk = WalkTests.chain(10_000)
    walk.stack[3 + 6 * (5000 + place)] = walk.returnAddress(2)
    walk.walk()
    #expect(walk.frames == walk.followed())
  }

  struct End: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var frames: UInt64
    var stop = CLAB_STOP_END_GUESSED
    var complete: UInt32 = 0
    var change: @Sendable (SyntheticWalk) -> Void
  }

  @Test(arguments: [
    End(
      testDescription: "no record where the frame pointer points", frames: 1,
      change: { $0.framePointer = 1 }),
    End(
      testDescription: "the frame pointer points below the stack pointer", frames: 1,
      change: { $0.stackPointer += 0x200 }),
    End(testDescription: "not aligned", frames: 1, change: { $0.framePointer += 4 }),
    End(
      testDescription: "no call before the return address", frames: 51,
      change: { $0.stack[3 + 6 * 50] = SyntheticWalk.code + 0x9000 }),
    End(
      testDescription: "the return address is no code", frames: 51,
      change: { $0.stack[3 + 6 * 50] = 0x1234 }),
    End(testDescription: "the stack is cut", frames: 51, change: { $0.readable = 2 + 6 * 50 }),
    End(
      testDescription: "the chain leads back", frames: 51,
      change: { $0.stack[2 + 6 * 49] = $0.address(ofWord: 2) }),
    End(
      testDescription: "a frame that may hide others", frames: 52, stop: CLAB_STOP_NULL_RETURN,
      change: {
        $0.stack[2 + 6 * 50] = $0.address(ofWord: 2 + 6 * 999)
      }),
    End(
      testDescription: "where the kernel began the program", frames: 52,
      stop: CLAB_STOP_OUTERMOST, complete: 1,
      change: { walk in
        let place = 2 + 6 * 50
        walk.stack[place] = 0
        walk.stack[place + 1] = walk.returnAddress(3)
        // argc, argv, an end.
        walk.stack.replaceSubrange(place + 2...place + 4, with: [1, 0x7f00_1234_5678, 0])
      }),
    End(
      testDescription: "no frame pointer, and no arguments above", frames: 52,
      change: { walk in
        let place = 2 + 6 * 50
        walk.stack[place] = 0
        walk.stack[place + 1] = walk.returnAddress(3)
        walk.stack.replaceSubrange(place + 2...place + 4, with: [0, 0, 0])
      }),
  ])
  func guessEndsHonestly(end: End) {
    let walk = WalkTests.chain(1000, returning: [1, 2])
    end.change(walk)
    walk.walk()
    #expect(walk.trace.frame_count == end.frames)
    #expect(walk.trace.stop == end.stop.rawValue)
    #expect(walk.trace.complete == end.complete)
  }

  struct Interrupted: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// From the byte before the program counter on.
    var code: [UInt8]
    /// The CFA above the stack pointer; nil: above the frame pointer, as in every other frame.
    var fromStackPointer: UInt64?
  }

  /// The stack has the return address and maybe the caller's frame pointer at its low end.
  @Test(arguments: [
    Interrupted(testDescription: "push %rbp", code: [0x90, 0x55], fromStackPointer: 8),
    Interrupted(
      testDescription: "endbr64", code: [0x90, 0xf3, 0x0f, 0x1e, 0xfa], fromStackPointer: 8),
    Interrupted(testDescription: "ret", code: [0xc9, 0xc3], fromStackPointer: 8),
    Interrupted(
      testDescription: "mov %rsp, %rbp after the push", code: [0x55, 0x48, 0x89, 0xe5],
      fromStackPointer: 16),
    Interrupted(testDescription: "mov %rsp, %rbp without", code: [0x90, 0x48, 0x89, 0xe5]),
    Interrupted(testDescription: "anything else", code: [0x55, 0x90]),
  ])
  func interruptedPrologue(row: Interrupted) {
    let walk = WalkTests.chain(10)
    for (offset, byte) in row.code.enumerated() { walk.code[0x7fff + offset] = byte }
    var wanted = walk.followed()
    if let distance = row.fromStackPointer {
      let pushed = Int(distance / 8) - 1
      // One more frame, below the others; its caller's record is the chain's first.
      walk.stack[0] = pushed == 1 ? walk.framePointer : walk.returnAddress(5)
      walk.stack[1] = walk.returnAddress(5)
      if pushed == 1 { walk.framePointer = 0x1234 }
      wanted[0].frameAddress = SyntheticWalk.stack + distance
      wanted.insert(
        .init(
          programCounter: walk.returnAddress(5), frameAddress: walk.address(ofWord: 4)), at: 1)
    }
    walk.walk()
    #expect(walk.frames == wanted)
    #expect(walk.trace.complete == 1)
  }

  // MARK: - .debug_frame

  /// Frames of four words without frame pointers, as the file says: CFA = rsp + 32.
  private static func informed(
    _ count: Int, version: UInt8 = 4, flags: UInt64 = 0, outermost: [UInt8]? = nil
  ) throws -> SyntheticWalk {
    let walk = SyntheticWalk(words: 4 * count + 16)
    walk.framePointer = 0x1234
    var file = SyntheticDebugFile(
      version: version,
      functions: [
        .init(start: 0x100, size: 0x80, instructions: [0x0e, 32]),
        .init(start: 0x8000, size: 0x10, instructions: [0x0e, 32]),
      ], flags: flags)
    let address = walk.returnAddress(1)
    for index in 0..<count { walk.stack[4 * index + 3] = address }
    if let outermost {
      file.functions.append(.init(start: 0x4000, size: 0x100, instructions: outermost))
      walk.code[0x4020 - 5] = 0xe8
      walk.stack[4 * count - 1] = SyntheticWalk.code + 0x4020
    } else {
      walk.stack[4 * count - 1] = 0
    }
    walk.debugFrames = try file.frames(at: SyntheticWalk.code)
    return walk
  }

  @Test(arguments: [UInt8(1), 3, 4])
  func debugFramesAreRead(version: UInt8) throws {
    let walk = WalkTests.walked(try WalkTests.informed(5000, version: version))
    #expect(walk.trace.frame_count == 5000)
    #expect(walk.trace.guessed == 0 && walk.trace.verified > 4000)
    #expect(walk.trace.complete == 1)
    #expect(
      walk.frames.map(\.frameAddress) == (1...5000).map { SyntheticWalk.stack + 32 * UInt64($0) })
  }

  @Test func outermostFrameOfDebugFrames() throws {
    let walk = WalkTests.walked(try WalkTests.informed(20, outermost: [0x07, 16]))
    #expect(walk.trace.frame_count == 21)
    #expect(walk.trace.stop == CLAB_STOP_OUTERMOST.rawValue && walk.trace.complete == 1)
  }

  /// As in a dump whose stack was cut.
  @Test func unreadableStackIsNotComplete() throws {
    let walk = try WalkTests.informed(5000)
    walk.readable = 4 * 3000 + 2
    walk.walk()
    #expect(walk.trace.frame_count == 3001)
    #expect(walk.trace.stop == CLAB_STOP_UNREADABLE.rawValue && walk.trace.complete == 0)
  }

  /// Only libunwind follows such a rule, and it leaves the program counter where it is.
  @Test func aReturnAddressThatIsNowhere() {
    let walk = SyntheticWalk(words: 64)
    walk.inform([.init(start: 0x100, size: 0x80, instructions: [0x08, 16])])
    walk.programCounter = SyntheticWalk.code + 0x110
    walk.walk()
    #expect(walk.trace.frame_count == 1 && walk.trace.complete == 0)
  }

  @Test func compressedDebugFramesAreRead() throws {
    let walk = try WalkTests.informed(50)
    var file = SyntheticDebugFile(functions: [
      .init(start: 0x100, size: 0x80, instructions: [0x0e, 32]),
      .init(start: 0x8000, size: 0x10, instructions: [0x0e, 32]),
    ])
    file.isPacked = true
    walk.debugFrames = try file.frames(at: SyntheticWalk.code)
    walk.walk()
    #expect(walk.trace.frame_count == 50 && walk.trace.complete == 1)
  }

  /// No compression is named so: nothing is known, and the end is a guess.
  @Test func compressedSectionIsLeftAlone() throws {
    let walk = WalkTests.walked(try WalkTests.informed(50, flags: 1 << 11))
    #expect(walk.trace.frame_count == 1 && walk.trace.complete == 0)
  }

  @Test(arguments: 0..<20)
  func anyDebugFileIsBorne(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var file = SyntheticDebugFile(functions: [
      .init(start: 0x100, size: 0x80, instructions: [0x0e, 32])
    ])
    file.isPacked = seed % 2 == 1
    var bytes = file.bytes
    for _ in 0..<4 {
      bytes[Int.random(in: 16..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    let walk = SyntheticWalk(words: 64)
    walk.debugFrames = try SyntheticDebugFile.frames(of: bytes, at: SyntheticWalk.code)
    walk.programCounter = SyntheticWalk.code + 0x110
    walk.walk()
    #expect(walk.trace.frame_count >= 1 && walk.trace.frame_count <= 64)
  }
}
