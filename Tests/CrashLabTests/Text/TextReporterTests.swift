import Testing

@testable import CrashLab
@testable import CrashLabText

/// A trial's line in a terminal of 80, 100 and 160 columns, and where there is none.
@Suite struct TextReporterTests {
  private static let report: TrialReport = {
    var report = Documents.trial
    report.case = "array-skips-guard"
    report.verdict = .asExpected
    report.summary =
      "silent corruption: 1 byte of the stack of 'neighbour' changed, 1.5 MiB below the stack "
      + "limit, no fault for it; survived, its 2 bystanders beating"
    return report
  }()

  @Test(arguments: [
    (
      80,
      """
      ok   array-skips-guard  silent corruption: 1 byte of the stack of 'neighbour'
                              changed, 1.5 MiB below the stack limit, no fault for it;
                              survived, its 2 bystanders beating

      """
    ),
    (
      100,
      """
      ok   array-skips-guard  silent corruption: 1 byte of the stack of 'neighbour' changed, 1.5 MiB below
                              the stack limit, no fault for it; survived, its 2 bystanders beating

      """
    ),
    (
      160,
      """
      ok   array-skips-guard  silent corruption: 1 byte of the stack of 'neighbour' changed, 1.5 MiB below the stack limit, no fault for it; survived, its 2
                              bystanders beating

      """
    ),
  ])
  func linesAreBrokenAtWords(width: Int, lines: String) {
    let told = TextReporter.lines(
      for: TextReporterTests.report, nameWidth: 17, width: width, theme: .plain)
    #expect(told == lines)
    #expect(told.split(separator: "\n").allSatisfy { $0.count <= width })
  }

  @Test func withoutATerminalATrialIsOneLine() {
    let told = TextReporter.lines(for: TextReporterTests.report, nameWidth: 17, theme: .plain)
    #expect(told.split(separator: "\n").count == 1)
  }

  /// What is longer than the room is one word: it is never cut.
  @Test func aNarrowTerminalCutsNoWord() {
    let told = TextReporter.lines(
      for: TextReporterTests.report, nameWidth: 17, width: 40, theme: .plain)
    let words = told.split { $0 == " " || $0 == "\n" }
    #expect(
      words == "ok array-skips-guard \(TextReporterTests.report.summary)".split(separator: " "))
  }

  @Test(arguments: [
    (1, "\n1 trial: 1 as expected in 0.0 s\n"), (2, "\n2 trials: 2 as expected in 0.0 s\n"),
  ])
  func theSumIsGrammar(count: Int, line: String) {
    var summary = RunReport.Summary()
    for _ in 0..<count { summary.add(.asExpected) }
    #expect(TextReporter.line(for: summary, theme: .plain) == line)
  }

  /// Options that change a trial are part of the command that runs it once more.
  @Test func seeingAgainTakesTheOptions() throws {
    var report = TextReporterTests.report
    report.verdict = .notAsExpected
    report.case = "null-write"
    report.command = nil
    var reporter = TextReporter(
      theme: .plain, caseNames: ["null-write"], isVerbose: false,
      options: ["--timeout", "0.5", "--observe-all"])
    let told = try reporter.trial(report)
    #expect(
      told.hasSuffix("to see it again: crashlab run null-write --timeout 0.5 --observe-all\n"))
  }
}
