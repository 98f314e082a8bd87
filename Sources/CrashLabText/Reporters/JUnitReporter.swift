package import CrashLabModel

/// JUnit's XML, as continuous-integration servers read it (the schema of Jenkins' xUnit plugin,
/// junit-10.xsd, and Ant's, of which both are kept).
package struct JUnitReporter: Reporter {
  private let folderOf: (String) -> String?
  /// The counts stand before the trials, so their elements wait for the end.
  private var elements = ""
  private var count = 0
  private var summary = RunReport.Summary()

  /// - `folderOf`: the catalogue's folder of a case, which becomes its class name.
  package init(folderOf: @escaping (String) -> String?) {
    self.folderOf = folderOf
  }

  package mutating func trial(_ report: TrialReport) -> String {
    count += 1
    summary.add(report.verdict)
    elements += element(report)
    return ""
  }

  package func end(duration: Double) throws -> String { text(duration: duration) }

  // MARK: - Pure

  package func text(duration: Double) -> String {
    // The root element of the schema has no attribute for what was skipped.
    let counts =
      "tests=\"\(count)\" failures=\"\(summary.notAsExpected)\" "
      + "errors=\"\(summary.laboratoryErrors)\" time=\"\(seconds(duration))\""
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(counts)>\n"
      + "<testsuite name=\"crashlab\" \(counts) skipped=\"\(summary.skipped)\">\n"
      + elements + "</testsuite>\n</testsuites>\n"
  }

  private func element(_ trial: TrialReport) -> String {
    let name = trial.case ?? trial.command?.joined(separator: " ") ?? "command"
    let label = trial.attempt > 1 ? "\(name) (attempt \(trial.attempt))" : name
    let opening =
      "<testcase name=\"\(markup(label))\" classname=\"\(markup(folderOf(name) ?? "crashlab"))\" "
      + "time=\"\(seconds(trial.timeline.last?.at ?? 0))\">"
    let output = "<system-out>\(markup(trial.summary))</system-out>"
    return "\(opening)\(problem(of: trial))\(output)</testcase>\n"
  }

  private func problem(of trial: TrialReport) -> String {
    guard let verdict = trial.verdict, verdict != .asExpected else { return "" }
    let attributes =
      "message=\"\(markup(trial.reason ?? trial.summary))\" type=\"\(verdict.rawValue)\""
    switch verdict {
    case .notAsExpected:
      let differences = trial.mismatches.map {
        "\(markup($0.what))\n  expected \(markup($0.expected))\n  saw \(markup($0.seen))"
      }
      return "<failure \(attributes)>\(differences.joined(separator: "\n"))</failure>"
    case .laboratoryError: return "<error \(attributes)/>"
    case .skipped, .asExpected: return "<skipped \(attributes)/>"
    }
  }

  /// `0.000123`: never with an exponent, which the schema does not allow.
  private func seconds(_ microseconds: Double) -> String {
    let whole = max(0, rounded(microseconds))
    let fraction = String(whole % 1_000_000)
    return "\(whole / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
  }
}
