import Testing

@testable import CrashLabPages

/// Figures along an axis, and the labels of its lines.
@Suite struct AxisTests {
  @Test(
    arguments: [
      (0.0, []), (1, [0, 0.5, 1]), (3, [0, 1, 2, 3]), (2168, [0, 1000, 2000]),
      (12_345, [0, 5000, 10_000]), (.infinity, []),
    ] as [(Double, [Double])])
  func ticksAreRound(end: Double, ticks: [Double]) {
    #expect(RoundTicks.upTo(end) == ticks)
  }

  @Test func decadesLieWithinTheScale() {
    #expect(RoundTicks.powersOfTen(from: 0.5, to: 2000) == [1, 10, 100, 1000])
    #expect(RoundTicks.powersOfTen(from: 2, to: 9).isEmpty)
  }

  /// A line that passes a label begins below it, however close the lines are.
  @Test(arguments: [
    [0.0, 0.01, 0.02, 0.03], [0.5, 0.5, 0.5], [0.29, 0.31], [0.97, 0.98, 1], [0.1, 0.5, 0.9],
    [0, 0.3, 0.31, 0.65, 0.66, 1], [0.3, 0.7, 0.71, 0.72],
  ])
  func noLineCrossesALabel(shares: [Double]) {
    let label = "stack pointer"
    let rows = MarkRows(shares.map { (label, $0) })
    let width = LabelRows.width(of: label)
    for (one, place) in zip(shares, rows.places) {
      let line = one * LabelRows.narrowest
      let span = place.anchor == .start ? line...(line + width) : (line - width)...line
      #expect(span.lowerBound > -11 && span.upperBound < LabelRows.narrowest + 11)
      for (other, otherPlace) in zip(shares, rows.places) where other != one {
        if span.contains(other * LabelRows.narrowest) { #expect(otherPlace.row > place.row) }
      }
    }
  }
}
