internal import CrashLab

/// A verdict as a page says it: never by colour alone.
struct VerdictWords: Equatable {
  /// A class of the style sheet and the end of an element's name.
  var id: String
  var mark: String
  var name: String

  static let asExpected = VerdictWords(id: "good", mark: "✓", name: "as expected")
  static let notAsExpected = VerdictWords(id: "bad", mark: "✗", name: "not as expected")
  static let laboratoryError = VerdictWords(id: "error", mark: "!", name: "laboratory error")
  static let skipped = VerdictWords(id: "skipped", mark: "–", name: "skipped")
  static let judgedByNobody = VerdictWords(id: "seen", mark: "·", name: "seen, not judged")

  static let all = [
    notAsExpected, laboratoryError, asExpected, skipped, judgedByNobody,
  ]

  static func of(_ verdict: TrialReport.Verdict?) -> VerdictWords {
    switch verdict {
    case .asExpected: asExpected
    case .notAsExpected: notAsExpected
    case .laboratoryError: laboratoryError
    case .skipped: skipped
    case nil: judgedByNobody
    }
  }

  var values: Values { ["id": id, "mark": mark, "name": name] }
}
