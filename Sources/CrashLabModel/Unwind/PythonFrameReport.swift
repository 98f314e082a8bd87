/// A function of Python that an interpreter was at work on, or one of a round that repeats.
package struct PythonFrameReport: Sendable, Codable, Hashable {
  /// Qualified.
  package var function: String
  package var file: String
  /// Null where the interpreter itself knows none.
  @Nullable package var line: Int?
  /// How many such frames there are: of a round how often it repeats.
  package var count: Int
  /// How many neighbours make the round, each with the same count; null if it is no round.
  @Nullable package var period: Int?

  package init(
    function: String, file: String, line: Int?, count: Int = 1, period: Int? = nil
  ) {
    self.function = function
    self.file = file
    self.line = line
    self.count = count
    self.period = period
  }
}

extension PythonFrameReport {
  /// Of the standard library or an installed package, or part of the interpreter itself.
  package var isOfLibrary: Bool { file.contains("/lib/python3") || file.hasPrefix("<frozen ") }

  /// Rounds of more functions are not folded.
  private static let mostPeriod = 8
  /// Of a round of several functions, which a loop may make by chance twice.
  private static let fewestRounds = 3

  /// Frames with what repeats told once. Pure.
  ///
  /// - Parameters:
  ///   - chain: indices of `frames`, innermost first.
  ///   - frames: different from each other, each with a count of 1.
  package static func folded(_ chain: [Int], of frames: [PythonFrameReport]) -> [PythonFrameReport]
  {
    var folded: [PythonFrameReport] = []
    var place = 0
    while place < chain.count {
      let (period, count) = repetition(of: chain, at: place)
      for index in chain[place..<(place + period)] {
        var frame = frames[index]
        frame.count = count
        frame.period = period > 1 ? period : nil
        folded.append(frame)
      }
      place += period * count
    }
    return folded
  }

  /// What covers most; the shortest of several.
  private static func repetition(of chain: [Int], at place: Int) -> (period: Int, count: Int) {
    var best = (period: 1, count: 1)
    for period in 1...mostPeriod {
      var end = place + period
      while end < chain.count, chain[end] == chain[end - period] { end += 1 }
      guard end <= chain.count else { break }
      let count = (end - place) / period
      if period == 1 || count >= fewestRounds, count * period > best.count * best.period {
        best = (period, count)
      }
    }
    return best
  }
}
