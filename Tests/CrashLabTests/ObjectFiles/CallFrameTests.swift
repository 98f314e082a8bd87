import CHarness
import Testing

@testable import CrashLab

/// Sections of call-frame information that no compiler makes are read in bounded time.
@Suite struct CallFrameTests {
  private static func little(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func record(_ body: [UInt8]) -> [UInt8] { little(UInt32(body.count)) + body }

  /// A CIE whose FDEs have addresses of 4 bytes from their own place.
  private static func common(_ instructions: [UInt8]) -> [UInt8] {
    record(
      little(0) + [1] + Array("zR\0".utf8) + [1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1]
        + instructions)
  }

  private static func function(back: Int, size: UInt32, _ instructions: [UInt8] = []) -> [UInt8] {
    record(little(UInt32(back)) + little(0x1000) + little(size) + [0] + instructions)
  }

  private static func visit(_ section: [UInt8]) -> (frames: [clab_call_frame], isWhole: Bool) {
    var frames: [clab_call_frame] = []
    let isWhole = withUnsafeMutablePointer(to: &frames) { frames in
      clab_call_frames_visit(
        section, section.count, 0x40_0000,
        { context, frame in
          guard let context, let frame else { return }
          context.assumingMemoryBound(to: [clab_call_frame].self).pointee.append(frame.pointee)
        }, frames)
    }
    return (frames, isWhole)
  }

  @Test func functionsOfASection() {
    let head = CallFrameTests.common([])
    let section =
      head
      + CallFrameTests.function(back: head.count + 4, size: 32, [0x44, 0x0e, 0x80, 0x02])
      + CallFrameTests.little(0)
    let seen = CallFrameTests.visit(section)
    #expect(seen.isWhole)
    #expect(seen.frames.map(\.address) == [0x40_0000 + UInt64(head.count) + 8 + 0x1000])
    #expect(seen.frames.map(\.size) == [32])
    #expect(seen.frames.map(\.largest_offset) == [256])
  }

  /// The stack pointer is 31 and the return address in 30; signed in between (0x2d).
  @Test func functionsOfAarch64() {
    let head = CallFrameTests.record(
      CallFrameTests.little(0) + [1] + Array("zRB\0".utf8) + [4, 0x78, 30, 1, 0x1b, 0x0c, 31, 0])
    let section =
      head
      + CallFrameTests.function(
        back: head.count + 4, size: 32,
        [0x41, 0x2d, 0x41, 0x0e, 0x20, 0x9d, 4, 0x9e, 3, 0x42, 0x0c, 29, 0x90, 0x02])
      + CallFrameTests.little(0)
    let seen = CallFrameTests.visit(section)
    #expect(seen.isWhole)
    #expect(seen.frames.map(\.largest_offset) == [32])
  }

  /// Windows of registers, which 0x2d is elsewhere, are not understood: what follows is left out.
  @Test func signedReturnsAreOfAarch64() {
    let head = CallFrameTests.common([])
    let seen = CallFrameTests.visit(
      head + CallFrameTests.function(back: head.count + 4, size: 32, [0x2d, 0x0e, 64]))
    #expect(seen.frames.map(\.largest_offset) == [8])
  }

  /// Restored rows are as deep as they were; a CFA by another register tells no depth.
  @Test(
    arguments: [
      ([0x0a, 0x0e, 64, 0x0b], 64), ([0x0c, 6, 0x80, 0x10], 8), ([0x12, 7, 0x40], 512),
      ([0x0f, 2, 0x77, 8], 8),
    ] as [([UInt8], UInt64)])
  func depthIsTheLargest(instructions: [UInt8], depth: UInt64) {
    let head = CallFrameTests.common([])
    let seen = CallFrameTests.visit(
      head + CallFrameTests.function(back: head.count + 4, size: 32, instructions))
    #expect(seen.frames.map(\.largest_offset) == [depth])
  }

  /// A CIE of 4000 instructions that is shared by many FDEs of 17 bytes: to execute it for each
  /// would take as long as a section hundreds of times the size.
  @Test func sharedInstructionsAreBounded() {
    var section = CallFrameTests.common([UInt8](repeating: 0, count: 4000))
    for _ in 0..<20_000 {
      section += CallFrameTests.function(back: section.count + 4, size: 32)
    }
    let seen = CallFrameTests.visit(section)
    #expect(!seen.isWhole)
    #expect(!seen.frames.isEmpty && seen.frames.count < 20_000)
  }

  @Test(
    arguments: [
      [0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
      [0xf0, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0], [1],
    ] as [[UInt8]])
  func lengthsThatMakeNoSense(section: [UInt8]) {
    #expect(CallFrameTests.visit(section).frames.isEmpty)
  }
}
