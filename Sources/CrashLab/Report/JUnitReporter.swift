/// JUnit's XML, as continuous-integration servers read it.
public struct JUnitReporter: Reporter {
  private let output: Output
  private let folderOf: (String) -> String?
  private var trials: [TrialReport] = []

  /// - Parameter folderOf: the catalogue's folder of a case, which becomes its class name.
  public init(output: Output, folderOf: @escaping (String) -> String?) {
    self.output = output
    self.folderOf = folderOf
  }

  public mutating func trial(_ report: TrialReport) { trials.append(report) }

  public mutating func end(duration: Double) throws {
    let summary = RunReport.Summary(trials: trials, duration: duration)
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let counts =
      "tests=\"\(summary.total)\" failures=\"\(summary.notAsExpected)\" "
      + "errors=\"\(summary.laboratoryErrors)\" skipped=\"\(summary.skipped)\" "
      + "time=\"\(duration / 1e6)\""
    text += "<testsuites \(counts)>\n<testsuite name=\"crashlab\" \(counts)>\n"
    for trial in trials { text += element(trial) }
    try output.write(text + "</testsuite>\n</testsuites>\n")
  }

  private func element(_ trial: TrialReport) -> String {
    let name = trial.case ?? ""
    let label = trial.attempt > 1 ? "\(name) (attempt \(trial.attempt))" : name
    let seconds = (trial.timeline.last?.at ?? 0) / 1e6
    let opening =
      "<testcase name=\"\(escape(label))\" classname=\"\(escape(folderOf(name) ?? "crashlab"))\" "
      + "time=\"\(seconds)\">"
    let message = escape(trial.reason ?? "")
    let inside =
      switch trial.verdict {
      case .notAsExpected:
        "<failure message=\"\(message)\">"
          + escape(
            trial.mismatches.map { "\($0.what)\n  expected \($0.expected)\n  saw \($0.seen)" }
              .joined(separator: "\n")) + "</failure>"
      case .laboratoryError: "<error message=\"\(message)\"/>"
      case .skipped: "<skipped message=\"\(message)\"/>"
      case .asExpected, nil: ""
      }
    return "\(opening)\(inside)<system-out>\(escape(trial.summary))</system-out></testcase>\n"
  }

  private func escape(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
