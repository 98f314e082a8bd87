import Testing

@testable import CrashLab
@testable import CrashLabBench

/// Curves that were made up, with the step known.
@Suite struct ChangePointTests {
  struct Curve: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var level: @Sendable (Int) -> Double
    var noise: Double
    var outliers = 0.0
    var step: Int?
  }

  static let curves = [
    Curve(testDescription: "a clear step", level: { $0 >= 5 ? 500 : 140 }, noise: 30, step: 5),
    Curve(testDescription: "early", level: { $0 >= 2 ? 300 : 100 }, noise: 20, step: 2),
    Curve(testDescription: "late", level: { $0 >= 9 ? 300 : 100 }, noise: 20, step: 9),
    Curve(testDescription: "down", level: { $0 >= 6 ? 100 : 300 }, noise: 20, step: 6),
    Curve(
      testDescription: "a step among outliers", level: { $0 >= 5 ? 500 : 140 }, noise: 30,
      outliers: 0.05, step: 5),
    // Among so many the place is right, but a bootstrap of nine rounds is not sure of it.
    Curve(
      testDescription: "a step among very many outliers", level: { $0 >= 5 ? 500 : 140 },
      noise: 30, outliers: 0.15, step: nil),
    Curve(testDescription: "flat", level: { _ in 140 }, noise: 30, step: nil),
    Curve(
      testDescription: "flat, with outliers", level: { _ in 140 }, noise: 30, outliers: 0.2,
      step: nil),
    Curve(testDescription: "a slope", level: { 100 + 20 * Double($0) }, noise: 10, step: nil),
    Curve(
      testDescription: "a step that is lost in noise", level: { $0 >= 5 ? 145 : 140 }, noise: 200,
      step: nil),
    Curve(
      testDescription: "one position that is dear", level: { $0 == 5 ? 400 : 140 }, noise: 30,
      step: nil),
  ]

  static func rounds(_ curve: Curve, count: Int, seed: UInt64) -> [[Double]] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      (0..<11).map { position in
        let sum = (0..<6).reduce(0.0) { sum, _ in
          sum + Double.random(in: -1...1, using: &generator)
        }
        let outlier = Double.random(in: 0..<1, using: &generator) < curve.outliers ? 5000.0 : 0
        return curve.level(position) + sum * curve.noise / 2 + outlier
      }
    }
  }

  @Test(arguments: curves) func findsTheStepAndNothingElse(curve: Curve) throws {
    let found = try #require(
      ChangePoint.find(in: ChangePointTests.rounds(curve, count: 21, seed: 7)))
    let isSeen = found.confidence >= TLBRule.confidence && found.isStepRatherThanSlope
    #expect((isSeen ? found.index : nil) == curve.step, "\(found)")
  }

  /// Of so many flat curves about one in twenty may be taken for a step, not more.
  @Test func isRarelyWrongAboutNothing() {
    let flat = Curve(testDescription: "", level: { _ in 100 }, noise: 20, step: nil)
    let wrong = (1...100).count { seed in
      let rounds = ChangePointTests.rounds(flat, count: 9, seed: UInt64(seed))
      return (ChangePoint.find(in: rounds)?.confidence ?? 0) >= TLBRule.confidence
    }
    #expect(wrong <= 8)
  }

  @Test func tooLittleTellsNothing() {
    #expect(ChangePoint.find(in: []) == nil)
    #expect(ChangePoint.find(in: [[1, 2, 3, 4], [1, 2, 3, 4]]) == nil)
    #expect(ChangePoint.find(in: [[1, 2, 3], [1, 2, 3], [1, 2, 3]]) == nil)
    #expect(ChangePoint.find(in: [[1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4]]) == nil)
  }

  @Test func sameSeedSameAnswer() {
    let rounds = ChangePointTests.rounds(ChangePointTests.curves[0], count: 9, seed: 3)
    #expect(ChangePoint.find(in: rounds) == ChangePoint.find(in: rounds))
  }
}
