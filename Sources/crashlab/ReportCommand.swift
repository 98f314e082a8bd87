import ArgumentParser
import Catalogue
import CrashLab
import CrashLabModel
import CrashLabPages
import CrashLabText
import Glibc

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Show the reports of earlier runs.",
    discussion: """
      Without arguments it lists the runs, and the crashes that exec, core and look have kept: each \
      with its time, its signature and its command, then the signatures with their number. With a run \
      (its name or `latest`) it shows every trial, or the crash whole; with a case besides, the whole \
      report of that trial. --caught lists the crashes of the machine that `crashlab catch` has kept, or \
      shows the one that is named.

        crashlab report --delete-older-than 30d
      """)

  @Argument(help: "The run or caught crash: its name, or 'latest'.", completion: .runs)
  var runName: String?
  @Argument(help: "The case.", completion: .cases) var caseName: String?
  @Option(help: "Which time it was run.") var attempt: Int = 1
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder with the run folders. (default: .crashlab and $XDG_STATE_HOME/crashlab)",
      valueName: "folder"),
    completion: .directory)
  var output: String?

  @Flag(help: "The machine's crashes, by `crashlab catch`. (--output: another folder of its)")
  var caught = false

  @Flag(name: .shortAndLong, help: "Show everything of a crash.")
  var verbose = false

  @Flag(help: RedactOption.help)
  var redact = false

  @Option(help: CrashFormat.help) var format: CrashFormat = .text

  @Option(
    help: ArgumentHelp(
      "Write a page that a browser shows ('-': standard output).", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Delete the runs and crashes of which nothing was written for so long: 45m, 12h, 30d, 2w.",
      valueName: "age"))
  var deleteOlderThan: Age?

  func validate() throws {
    if deleteOlderThan != nil, runName != nil || html != nil {
      throw ValidationError("--delete-older-than goes with no run and no --html.")
    }
    if caught, deleteOlderThan != nil || caseName != nil {
      throw ValidationError("--caught goes with no --delete-older-than and no case.")
    }
    if caught, html != nil, runName == nil {
      throw ValidationError("--caught --html needs the name of a crash.")
    }
  }

  /// What is shown of a report.
  func told(_ trial: TrialReport) -> TrialReport { redact ? trial.withoutSecrets : trial }

  /// What is shown of a run's command line.
  private func commandLine(of folder: String) -> String? {
    redact ? nil : RunFolder.commandLine(of: folder)
  }

  /// A run, and the folder that it lies in.
  private struct Run {
    var name: String
    var root: String

    var folder: String { "\(root)/\(name)" }
  }

  func run() throws {
    if caught { return try runCaught() }
    let roots = output.map { [$0] } ?? RunFolder.roots
    if let deleteOlderThan { return try delete(deleteOlderThan, in: roots) }
    let runs = roots.flatMap { root in RunFolder.list(in: root).map { Run(name: $0, root: root) } }
      .sorted { $0.name < $1.name }
    guard let wanted = runName ?? (html == nil ? nil : "latest") else {
      switch format {
      case .text: return try listRuns(runs, in: roots)
      case .json: return try listRunsAsJSON(runs)
      case .otlp:
        for run in runs { try writeLines(of: run.folder) }
        return
      }
    }
    guard let run = wanted == "latest" ? runs.last : runs.first(where: { $0.name == wanted }) else {
      complain(
        "there is no run '\(printable(wanted))' in \(roots.joined(separator: ", ")); "
          + "`crashlab report` lists them")
      throw ExitCode(EX_NOINPUT)
    }
    let folder = run.folder
    if let html { return try writePage(of: folder, to: html) }
    switch format {
    case .text: break
    case .json: return try writeJSON(of: folder)
    case .otlp: return try writeLines(of: folder)
    }
    if let caseName { return try showTrial(caseName, in: folder) }
    if RunFolder.caseNames(in: folder) == [RunFolder.nameOfCommand] {
      return try showCrashes(in: folder)
    }
    var reporter = TextReporter(
      theme: .suited(to: .standard), caseNames: Array(RunFolder.caseNames(in: folder)),
      width: Output.standard.terminalWidth, isVerbose: true)
    var duration = 0.0
    let broken = try RunFolder.forEachTrial(in: folder) { file in
      try Output.standard.write(reporter.trial(told(file.trial)))
      duration += file.trial.timeline.last?.at ?? 0
    }
    for problem in broken { complain("not readable: \(problem)") }
    try Output.standard.write(reporter.end(duration: duration))
  }

  private func delete(_ age: Age, in roots: [String]) throws {
    var (count, bytes) = (0, 0)
    for root in roots {
      let deletion = try RunFolder.delete(olderThan: age.seconds, in: root)
      count += deletion.deleted.count
      bytes += deletion.bytes
      for path in deletion.left {
        complain("\(printable(path)) is not deleted: it holds what is no report, or may not be")
      }
    }
    try Output.standard.write(
      "deleted \(counted(count, "run")) older than \(age.inWords), \(bytesInWords(bytes))\n")
  }

  var textOfCrash: TrialText {
    let isTerminal = Output.standard.isTerminal
    return TrialText(
      theme: .suited(to: .standard), width: Output.standard.width,
      detail: isTerminal && !verbose ? .screen : .everything, fullNames: !isTerminal)
  }

  private func showCrashes(in folder: String) throws {
    let broken = try RunFolder.forEachTrial(in: folder) { file in
      try Output.standard.write(textOfCrash.whole(told(file.trial), machine: file.machine))
    }
    for problem in broken { complain("not readable: \(problem)") }
  }

  /// As the run itself prints it; with a case, the trials of that one.
  private func writeJSON(of folder: String) throws {
    var machine: Machine?
    var trials: [TrialReport] = []
    let broken = RunFolder.forEachTrial(in: folder) { file in
      guard caseName == nil || file.trial.case == caseName else { return }
      machine = file.machine
      trials.append(told(file.trial))
    }
    for problem in broken { complain("not readable: \(problem)") }
    guard let machine else {
      complain("the run has no trial that can be shown")
      throw ExitCode(EX_NOINPUT)
    }
    let duration = trials.reduce(0) { $0 + ($1.timeline.last?.at ?? 0) }
    try Output.standard.write(
      RunReport(machine: machine, trials: trials, duration: duration).json())
  }

  /// For OpenTelemetry. When a run's processes crashed is not kept, only when it began; and a dump that
  /// was read here may be another machine's.
  private func writeLines(of folder: String) throws {
    let seen = RunFolder.startTime(of: lastComponent(folder)).map { WallTime(seconds: $0) }
    let broken = try RunFolder.forEachTrial(in: folder) { file in
      guard caseName == nil || file.trial.case == caseName else { return }
      let isOfDump = file.trial.faults.contains { $0.unwind?.by == .core }
      try Output.standard.write(
        told(file.trial).line(seen: seen ?? .now, on: file.machine, knowsHost: !isOfDump))
    }
    for problem in broken { complain("not readable: \(problem)") }
  }

  private func listRunsAsJSON(_ runs: [Run]) throws {
    let listed = runs.map { run in
      var listed = RunList.Run(
        name: run.name, folder: run.folder, start: RunFolder.start(of: run.name),
        commandLine: commandLine(of: run.folder))
      listed.notReadable =
        RunFolder.forEachTrial(in: run.folder) { listed.add(told($0.trial)) }.count
      return listed
    }
    try Output.standard.write(JSON.text(of: RunList(runs: listed)) + "\n")
  }

  private func writePage(of folder: String, to path: String) throws {
    try checkWritable(path)
    var reporter: PageReporter?
    var duration = 0.0
    let broken = RunFolder.forEachTrial(in: folder) { file in
      guard caseName == nil || file.trial.case == caseName else { return }
      if reporter == nil {
        reporter = PageReporter(
          machine: file.machine,
          catalogue: file.trial.case == nil ? CaseCollection([]) : catalogue,
          heading: RunHeading(
            date: RunFolder.start(of: lastComponent(folder)), run: lastComponent(folder),
            command: commandLine(of: folder)))
      }
      _ = reporter?.trial(told(file.trial))
      duration += file.trial.timeline.last?.at ?? 0
    }
    for problem in broken { complain("not readable: \(problem)") }
    guard var reporter else {
      complain("the run has no trial that can be shown")
      throw ExitCode(EX_NOINPUT)
    }
    try writeWhole(reporter.end(duration: duration), to: path)
  }

  private func listRuns(_ runs: [Run], in roots: [String]) throws {
    if runs.isEmpty {
      let folders = roots.map { printable($0) }.joined(separator: " and ")
      complain(
        "there is no run in \(folders); `crashlab all` makes one, `crashlab exec` keeps a crash")
    }
    var crashes: [(run: String, trial: TrialReport)] = []
    for run in runs {
      var sum = RunReport.Summary()
      var crashed: [TrialReport] = []
      let broken = RunFolder.forEachTrial(in: run.folder) { file in
        sum.add(file.trial.verdict)
        if file.trial.case == nil { crashed.append(told(file.trial).withoutFrames) }
      }
      let trouble = broken.isEmpty ? "" : ", \(broken.count) not readable"
      if sum.total > 0 || crashed.isEmpty {
        let command = commandLine(of: run.folder).map { "  \($0)" } ?? ""
        try writeLine("\(run.name)  \(sum.inWords())\(trouble)\(command)")
      }
      for trial in crashed {
        let command = (trial.command ?? []).joined(separator: " ")
        try writeLine("\(run.name)  \(trial.signature ?? "-")  \(command)\(trouble)")
        crashes.append((run.name, trial))
      }
    }
    for root in roots { if let note = RunFolder.noteOfSize(root) { complain(note) } }
    try writeGroups(of: crashes)
  }

  /// The signatures that came more than once.
  func writeGroups(of crashes: [(run: String, trial: TrialReport)]) throws {
    let groups = CrashGroup.all(in: crashes).filter { $0.runs.count > 1 }
    if groups.isEmpty { return }
    let counts = groups.map { "\($0.runs.count) ×".count }.max() ?? 0
    try Output.standard.write("\n")
    for group in groups {
      try writeLine(
        "\("\(group.runs.count) ×".aligned(to: counts))  \(group.signature)  \(group.summary)")
    }
  }

  func writeLine(_ line: String) throws {
    try Output.standard.write(shortened(printable(line), to: max(60, width)) + "\n")
  }

  private var width: Int { Output.standard.isTerminal ? Output.standard.width : 200 }

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
      .whole(told(file.trial), machine: file.machine))
  }
}
