import Testing

@testable import CrashLab

/// The line table of CPython's code objects, and whatever else may stand in its place.
@Suite struct PythonLinesTests {
  /// Two code units without a change of line, one two lines on, one without a line, one far back.
  private static let table: [UInt8] = [
    0x80 | 0 << 3 | 1, 0x11, 0x80 | 12 << 3, 3, 4, 0x80 | 15 << 3, 0x80 | 13 << 3, 0x40 | 5, 1,
    0x80 | 14 << 3, 2, 0, 1, 1,
  ]

  @Test(
    arguments: [(0, 10), (1, 10), (2, 12), (3, nil), (4, -22), (5, -21), (6, nil)]
      as [(Int, Int?)])
  func tells(_ instruction: Int, _ line: Int?) {
    #expect(PythonLines.line(of: instruction, in: Self.table, first: 10) == line)
  }

  @Test func anythingIsBounded() {
    for seed in 0..<2000 {
      var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
      let bytes = (0..<40).map { _ -> UInt8 in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state) | (state >> 60 > 3 ? 0x80 : 0)
      }
      _ = PythonLines.line(of: .max, in: bytes, first: .max)
      _ = PythonLines.line(of: 30, in: bytes, first: .min)
    }
  }
}
