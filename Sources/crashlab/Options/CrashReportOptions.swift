import ArgumentParser
import CrashLab
import CrashLabPages
import CrashLabText
import Glibc

/// How the report of a crash is told.
struct CrashReportOptions: ParsableArguments {
  @Option(help: CrashFormat.help) var format: CrashFormat = .text

  @Flag(
    name: .shortAndLong,
    help: "Show everything: all frames, registers, images. A file or a pipe always gets it.")
  var verbose = false

  @Flag(help: "Show names with all their template arguments, however long.")
  var fullNames = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Keep the report in this folder. (default: .crashlab if it is there, else "
        + "$XDG_STATE_HOME/crashlab)", valueName: "folder"),
    completion: .directory)
  var output: String?

  @OptionGroup var page: PageOption

  @Flag(help: "Do not keep the report.")
  var noKeep = false

  @Flag(help: RedactOption.help)
  var redact = false

  /// What is told of a result.
  func report(_ result: TrialResult) -> TrialReport {
    redact ? TrialReport(result).withoutSecrets : TrialReport(result)
  }

  /// As it may be told.
  private var commandLine: String {
    redact ? RedactOption.commandLine : RunFolder.ownCommandLine
  }

  /// Keeps reports where `crashlab report` finds them. What goes wrong is told, and ends nothing.
  ///
  /// - Returns: the name of the run; nil if nothing was kept.
  @discardableResult
  func keep(_ reports: [TrialReport], machine: Machine) -> String? {
    guard !noKeep, !reports.isEmpty, let root = output ?? RunFolder.rootOfCrashes() else {
      return nil
    }
    do {
      RunFolder.makeRoot(root)
      let folder = try RunFolder.create(in: root, machine: machine)
      for (index, report) in reports.enumerated() {
        var report = report
        report.attempt = index + 1
        try folder.save(report)
      }
      try folder.save(commandLine: commandLine)
      return lastComponent(folder.path)
    } catch {
      complain("the report is not kept: \((error as? SystemError)?.withAdvice ?? "\(error)")")
      return nil
    }
  }

  /// Writes the page, if one was asked for.
  ///
  /// - Parameter run: the name of the run that they are kept as.
  func writePage(of reports: [TrialReport], machine: Machine, run: String?) throws {
    if page.html == nil { return }
    var reporter = PageReporter(
      machine: machine, catalogue: CaseCollection([]),
      heading: RunHeading(
        date: RunFolder.now(), run: run, command: commandLine))
    for report in reports { _ = reporter.trial(report) }
    try page.write(reporter.end(duration: 0))
  }

  /// How much of it a reader of standard output or error gets.
  func text(for output: Output, isFile: Bool = false) -> TrialText {
    let isTerminal = output.isTerminal && !isFile
    return TrialText(
      theme: isFile ? .plain : .suited(to: output),
      width: output.width, detail: isTerminal && !verbose ? .screen : .everything,
      fullNames: fullNames || !isTerminal)
  }

  /// The line that tells where it is kept, for a terminal.
  func kept(_ run: String?) -> String {
    guard let run else { return "" }
    let note = (output ?? RunFolder.rootOfCrashes()).flatMap { RunFolder.noteOfSize($0) }
    return "kept: crashlab report \(run)\n" + (note.map { "\($0)\n" } ?? "")
  }

  /// Writes reports to standard output.
  ///
  /// - Parameter knowsHost: what they tell of was on this machine.
  func tell(
    _ reports: [TrialReport], notes: [String], machine: Machine, duration: Double,
    knowsHost: Bool
  ) throws {
    for note in notes { complain(note) }
    let run = keep(reports, machine: machine)
    try writePage(of: reports, machine: machine, run: run)
    if page.replacesReport { return }
    switch format {
    case .text:
      let text = text(for: .standard)
      try Output.standard.write(
        reports.map { text.whole($0, machine: machine) }.joined(separator: "\n") + kept(run))
    case .json:
      try Output.standard.write(
        RunReport(machine: machine, trials: reports, duration: duration).json())
    case .otlp:
      let lines = try reports.map { try $0.line(seen: .now, on: machine, knowsHost: knowsHost) }
      try Output.standard.write(lines.joined())
    }
  }
}
