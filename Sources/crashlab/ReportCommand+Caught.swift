import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabPages
import CrashLabText
import Glibc

/// The reports of the machine's crashes, which `crashlab catch` has kept.
extension ReportCommand {
  /// Lists them, or shows one.
  func runCaught() throws {
    let folder = output ?? CatchFolder.usual
    let reports = CaughtReports(in: "\(folder)/reports")
    guard let name = runName else {
      switch format {
      case .text: return try listCaught(reports)
      case .json: return try listCaughtAsJSON(reports)
      case .otlp: return tell(try reports.visit { try writeLine(of: $0.file, name: $0.name) })
      }
    }
    let wanted = name == "latest" ? reports.names.last ?? name : name
    let file: TrialFile
    do {
      file = try reports.read(wanted)
    } catch let error as SystemError {
      complain(
        error.code == EACCES
          ? "'\(printable(name))' is for root and the user whose program crashed"
          : "there is no report '\(printable(name))' in \(printable(reports.path)); "
            + "`crashlab report --caught` lists them")
      throw ExitCode(EX_NOINPUT)
    } catch {
      complain("not readable: \(printable("\(error)"))")
      throw ExitCode(EX_SOFTWARE)
    }
    try show(file, name: wanted)
  }

  private func show(_ file: TrialFile, name: String) throws {
    if let html {
      try checkWritable(html)
      var page = PageReporter(
        machine: file.machine, catalogue: CaseCollection([]),
        heading: RunHeading(date: RunFolder.start(of: name), run: name, command: nil))
      _ = page.trial(told(file.trial))
      return try writeWhole(page.end(duration: 0), to: html)
    }
    switch format {
    case .text:
      try Output.standard.write(textOfCrash.whole(told(file.trial), machine: file.machine))
    case .json:
      let report = RunReport(machine: file.machine, trials: [told(file.trial)], duration: 0)
      try Output.standard.write(report.json())
    case .otlp: try writeLine(of: file, name: name)
    }
  }

  /// For OpenTelemetry.
  private func writeLine(of file: TrialFile, name: String) throws {
    let crashed = RunFolder.startTime(of: name).map { WallTime(seconds: $0) }
    try Output.standard.write(
      told(file.trial).line(crashed: crashed, seen: crashed ?? .now, on: file.machine))
  }

  private func listCaught(_ reports: CaughtReports) throws {
    var crashes: [(run: String, trial: TrialReport)] = []
    let rest = try reports.visit { report in
      let trial = told(report.file.trial)
      try writeLine(
        "\(report.name)  \(trial.signature ?? "-")  \((trial.command ?? []).joined(separator: " "))"
      )
      crashes.append((report.name, trial.withoutFrames))
    }
    tell(rest)
    if crashes.isEmpty, rest.foreign == 0 {
      complain(
        "there is no report in \(printable(reports.path)); `crashlab catch status` tells whether "
          + "crashes are caught")
    }
    try writeGroups(of: crashes)
  }

  private func tell(_ rest: (foreign: Int, broken: [String])) {
    for problem in rest.broken { complain("not readable: \(problem)") }
    if rest.foreign > 0 {
      complain("\(grouped(rest.foreign)) more are for root and other users")
    }
  }

  private func listCaughtAsJSON(_ reports: CaughtReports) throws {
    var listed: [RunList.Run] = []
    let rest = reports.visit { report in
      var run = RunList.Run(
        name: report.name, folder: reports.path, start: RunFolder.start(of: report.name),
        commandLine: nil)
      run.add(told(report.file.trial))
      listed.append(run)
    }
    tell(rest)
    try Output.standard.write(JSON.text(of: RunList(runs: listed)) + "\n")
  }
}
