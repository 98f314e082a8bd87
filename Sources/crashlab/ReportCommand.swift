import ArgumentParser
import Catalogue
import CrashLab
import CrashLabPages
import CrashLabText
import Glibc

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Show the reports of earlier runs.",
    discussion: """
      Without arguments it lists the runs. With a run (its name or `latest`) it shows every trial; \
      with a case besides, the whole report of that trial.
      """)

  @Argument(help: "The run: a folder's name, or 'latest'.") var runName: String?
  @Argument(help: "The case.") var caseName: String?
  @Option(help: "Which time it was run.") var attempt: Int = 1
  @Option(name: .shortAndLong, help: "The folder with the run folders.")
  var output: String = ".crashlab"

  @Option(
    help: ArgumentHelp(
      "Write a page that a browser shows ('-': standard output).", valueName: "file"))
  var html: String?

  func run() throws {
    let runs = RunFolder.list(in: output)
    guard let wanted = runName ?? (html == nil ? nil : "latest") else {
      return try listRuns(runs)
    }
    guard let name = wanted == "latest" ? runs.last : runs.first(where: { $0 == wanted }) else {
      complain("there is no run '\(printable(wanted))' in \(output); `crashlab report` lists them")
      throw ExitCode(EX_NOINPUT)
    }
    if let html { return try writePage(of: "\(output)/\(name)", to: html) }
    let folder = "\(output)/\(name)"
    if let caseName { return try showTrial(caseName, in: folder) }
    var reporter = TextReporter(
      theme: .suited(to: .standard), caseNames: Array(RunFolder.caseNames(in: folder)),
      width: Output.standard.terminalWidth, isVerbose: true)
    var duration = 0.0
    let broken = try RunFolder.forEachTrial(in: folder) { file in
      try Output.standard.write(reporter.trial(file.trial))
      duration += file.trial.timeline.last?.at ?? 0
    }
    for problem in broken { complain("not readable: \(problem)") }
    try Output.standard.write(reporter.end(duration: duration))
  }

  private func writePage(of folder: String, to path: String) throws {
    var reporter: PageReporter?
    var duration = 0.0
    let broken = RunFolder.forEachTrial(in: folder) { file in
      guard caseName == nil || file.trial.case == caseName else { return }
      if reporter == nil {
        reporter = PageReporter(machine: file.machine, catalogue: catalogue)
      }
      _ = reporter?.trial(file.trial)
      duration += file.trial.timeline.last?.at ?? 0
    }
    for problem in broken { complain("not readable: \(problem)") }
    guard var reporter else {
      complain("the run has no trial that can be shown")
      throw ExitCode(EX_NOINPUT)
    }
    try writeWhole(reporter.end(duration: duration), to: path)
  }

  private func listRuns(_ runs: [String]) throws {
    if runs.isEmpty {
      complain("there is no run in \(printable(output)); `crashlab all` makes one")
    }
    for run in runs {
      var sum = RunReport.Summary()
      let broken = RunFolder.forEachTrial(in: "\(output)/\(run)") { sum.add($0.trial.verdict) }
      try Output.standard.write(
        "\(printable(run))  \(sum.total) trials: \(sum.asExpected) as expected, "
          + "\(sum.notAsExpected) not, \(sum.skipped) skipped"
          + (broken.isEmpty ? "\n" : ", \(broken.count) not readable\n"))
    }
  }

  private func showTrial(_ name: String, in folder: String) throws {
    let found: TrialFile?
    do {
      found = try RunFolder.trial(name, attempt: attempt, in: folder)
    } catch {
      complain("not readable: \(printable("\(error)"))")
      throw ExitCode(EX_SOFTWARE)
    }
    guard let file = found else {
      complain("the run has no attempt \(attempt) of '\(printable(name))'")
      throw ExitCode(EX_NOINPUT)
    }
    try Output.standard.write(
      TrialText(
        theme: .suited(to: .standard),
        width: Output.standard.terminalWidth ?? 120
      )
      .whole(file.trial, machine: file.machine))
  }
}
