package import CrashLabModel

/// What a person reads at a glance: a line for each trial, the differences where something is not
/// as expected, and the sum.
package struct TextReporter: Reporter {
  private let theme: Theme
  private let nameWidth: Int
  /// Columns; nil: a trial's summary is one line, however long.
  private let width: Int?
  /// Lines for what is as expected; without them only the rest is told.
  private let isVerbose: Bool
  /// Those that change what a trial does, for running it again.
  private let options: [String]
  private var summary = RunReport.Summary()
  private var overshoots: [String: ValueCounts] = [:]
  private var attempts: [String: Int] = [:]

  package init(
    theme: Theme, caseNames: [String], width: Int? = nil, isVerbose: Bool,
    options: [String] = []
  ) {
    self.theme = theme
    self.width = width
    self.nameWidth = caseNames.map(\.count).max() ?? 0
    self.isVerbose = isVerbose
    self.options = options
  }

  package mutating func trial(_ report: TrialReport) throws -> String {
    summary.add(report.verdict)
    if let name = report.case {
      attempts[name, default: 0] += 1
      if let overshoot = report.faults.first?.site.overshoot {
        overshoots[name, default: ValueCounts()].add(overshoot)
      }
    }
    return isVerbose || report.verdict != .asExpected
      ? TextReporter.lines(
        for: report, nameWidth: nameWidth, width: width, theme: theme, options: options) : ""
  }

  package mutating func end(duration: Double) throws -> String {
    summary.duration = duration
    return distribution() + TextReporter.line(for: summary, theme: theme)
  }

  // MARK: - Pure

  package static func lines(
    for report: TrialReport, nameWidth: Int, width: Int? = nil, theme: Theme,
    options: [String] = []
  ) -> String {
    let name = printable(report.case ?? report.command?.joined(separator: " ") ?? "")
    let padded = name + String(repeating: " ", count: max(0, nameWidth - name.count))
    let indent = markWidth + 1 + padded.count + 2
    let summary = printable(report.summary)
    let sentence = width.map { wrapped(summary, to: max(30, $0 - indent)) } ?? summary
    var text =
      "\(mark(report.verdict, theme)) \(theme.heading(padded))  "
      + sentence.split(separator: "\n").joined(
        separator: "\n" + String(repeating: " ", count: indent)) + "\n"
    guard report.verdict == .notAsExpected || report.verdict == .laboratoryError else {
      return text
    }
    for mismatch in report.mismatches {
      text += "    \(mismatch.what)\n"
      text += "      expected  \(theme.good(printable(mismatch.expected)))\n"
      text += "      saw       \(theme.bad(printable(mismatch.seen)))\n"
    }
    if report.mismatches.isEmpty, let reason = report.reason {
      text += "    \(theme.bad(printable(reason)))\n"
    }
    if let again = report.commandToSeeAgain(with: options) {
      text += "    \(theme.faint("to see it again: \(printable(again))"))\n"
    }
    return text
  }

  private static let markWidth = 4

  private static func mark(_ verdict: TrialReport.Verdict?, _ theme: Theme) -> String {
    switch verdict {
    case .asExpected: theme.good("ok  ")
    case .notAsExpected: theme.bad("FAIL")
    case .skipped: theme.warning("skip")
    case .laboratoryError: theme.bad("LAB!")
    case nil: "    "
    }
  }

  package static func line(for summary: RunReport.Summary, theme: Theme) -> String {
    let seconds = (summary.duration / 1e4).rounded() / 100
    return "\n\(summary.inWords(theme: theme)) in \(seconds) s\n"
  }

  /// For repeated runs: how far below the stack limit the faults fell.
  private func distribution() -> String {
    let repeated = overshoots.filter { attempts[$0.key, default: 0] > 1 }
    if repeated.isEmpty { return "" }
    var text = "\n\(theme.heading("overshoot in bytes, over all attempts"))\n"
    for (name, values) in repeated.sorted(by: { $0.key < $1.key }) {
      text += "  \(name): \(values.inWords)\n"
    }
    return text
  }
}

extension RunReport.Summary {
  /// `3 trials: 2 as expected, 1 skipped`
  package func inWords(theme: Theme = .plain) -> String {
    var parts = ["\(grouped(asExpected)) as expected"]
    if notAsExpected > 0 { parts.append(theme.bad("\(grouped(notAsExpected)) not as expected")) }
    if skipped > 0 { parts.append(theme.warning("\(grouped(skipped)) skipped")) }
    if laboratoryErrors > 0 { parts.append(theme.bad(laboratoryErrorsInWords)) }
    return "\(theme.heading(counted(total, "trial"))): " + parts.joined(separator: ", ")
  }

  /// `1 laboratory error`, `2 laboratory errors`
  package var laboratoryErrorsInWords: String {
    counted(laboratoryErrors, "laboratory error")
  }
}

/// How often each value was seen, in few words.
package struct ValueCounts: Sendable, Equatable {
  package var counts: [Int: Int] = [:]

  package init(_ values: some Sequence<Int> = []) { for value in values { add(value) } }

  package mutating func add(_ value: Int) { counts[value, default: 0] += 1 }

  /// `8 × 997, 16 × 3`, or the range and the median where there are many different values.
  package var inWords: String {
    let sorted = counts.sorted { $0.key < $1.key }
    if sorted.count <= 6 {
      return sorted.map { "\(grouped($0.key)) × \(grouped($0.value))" }.joined(separator: ", ")
    }
    let total = counts.values.reduce(0, +)
    return "\(grouped(sorted[0].key)) to \(grouped(sorted[sorted.count - 1].key)), "
      + "median \(grouped(median)), \(sorted.count) values in \(grouped(total)) trials"
  }

  private var median: Int {
    let half = counts.values.reduce(0, +) / 2
    var seen = 0
    for (value, count) in counts.sorted(by: { $0.key < $1.key }) {
      seen += count
      if seen > half { return value }
    }
    return 0
  }
}
