import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run any program and tell how it crashed, if it does.",
    discussion: """
      The program runs unchanged and at full speed, with your terminal, your descriptors and your \
      environment. If it crashes, or its own handler ends it after a fault, the report goes to \
      standard error: which stack, how far from its limit, who recursed, whether a handler could \
      run, who sent the signal. Ctrl-C, Ctrl-Z and the window's size reach the program as without \
      crashlab; SIGTERM and SIGHUP are passed on to it.

        crashlab exec ./server --port 8080
        crashlab exec --follow-forks make test

      Exit status: the program's own, or 128 and the number of the signal that ended it; 127 if \
      there is no such program, 126 if it can't be executed, 70 if crashlab failed before the \
      program was started. If crashlab is ended later, the program goes on and its status is told.
      """)

  @OptionGroup var output: CrashReportOptions

  @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"))
  var report: String?

  @Flag(
    name: [.long, .customShort("f")],
    help: ArgumentHelp(
      "Also look at the processes that it starts.",
      discussion: "Waits until all of them have ended; each that crashes gets a report."))
  var followForks = false

  @OptionGroup var program: ProgramArguments

  private var command: [String] { program.command }

  func validate() throws {
    if command.isEmpty { throw ValidationError("Name a program: crashlab exec PROGRAM ARGS") }
  }

  func run() throws {
    ForeignProgram.tellOwnCrash()
    try output.page.prepare()
    let file = try report.map { try ReportFile($0) }
    let program = ForeignProgram(command, followsForks: followForks)
    if let end = try program.supervise() { throw exitCode(end) }
    let started = WallTime.now
    let outcome = try self.program.starting { try program.run() }
    if output.format != .text { for program in outcome.curtailed { complain(program.inWords) } }
    let machine = outcome.machine
    // The program has run: whatever becomes of the report, its status is told.
    do {
      let crashes = ([outcome.result] + outcome.descendants).filter(\.tellsOfCrash)
      let reports = crashes.map { output.report($0) }
      let run = output.keep(reports, machine: machine)
      try output.writePage(of: reports, machine: machine, run: run)
      var text = try text(of: outcome, started: started)
      if output.format == .text, file == nil { text += output.kept(run) }
      if let file { try file.write(text) } else if !text.isEmpty { try Output.error.write(text) }
    } catch {
      complain("the report is lost: \((error as? SystemError)?.withAdvice ?? "\(error)")")
    }
    throw ExitCode(outcome.exitStatus)
  }

  /// In the process that waits for the program and its observer.
  private func exitCode(_ end: ForeignProgram.SupervisedEnd) -> ExitCode {
    if let signal = end.observer.signal {
      complain(
        end.exitStatus == nil
          ? "crashlab itself was ended by \(signal) before the program was started"
          : "crashlab itself was ended by \(signal) while it watched: the program went on without "
            + "it, and there is no report")
    }
    return ExitCode(end.exitStatus ?? end.observer.exitStatus ?? EX_SOFTWARE)
  }

  /// Nothing of a program that came to its end by itself, and a line of one that was ended, unless
  /// somebody asks by --report or json.
  private func text(
    of outcome: ForeignProgram.Outcome, started: WallTime
  ) throws -> String {
    let reports = ([outcome.result] + outcome.descendants).map { output.report($0) }
    switch output.format {
    case .text: return words(of: outcome)
    case .json:
      return try RunReport(
        machine: outcome.machine, trials: reports, duration: outcome.result.timeline.last?.at ?? 0
      ).json()
    case .otlp:
      // When the others were started nobody has noted.
      let crashed = outcome.result.timeline.first { $0.event == .fault }.map { started + $0.at }
      return try reports.enumerated().map { index, report in
        try report.line(crashed: index == 0 ? crashed : nil, seen: .now, on: outcome.machine)
      }.joined()
    }
  }

  private func words(of outcome: ForeignProgram.Outcome) -> String {
    let text = output.text(for: .error, isFile: report != nil)
    let own = outcome.result
    // A pipe's writer that dies of SIGPIPE is in order, and so is what somebody has ended: a line.
    let told = ([own] + outcome.descendants).filter(\.tellsOfCrash)
    var words = told.map { text.whole(output.report($0), machine: outcome.machine) }
      .joined(separator: "\n")
    if !own.tellsOfCrash {
      let own = output.report(own)
      if report != nil {
        let command = (own.command ?? []).joined(separator: " ")
        words += "\(printable(command))\n\(own.summary)\n"
      } else if own.termination?.kind == .signal {
        words += "crashlab: \(own.summary)\n"
      }
    }
    for descendant in outcome.descendants where !descendant.tellsOfCrash {
      words += "crashlab: \(output.report(descendant).summary)\n"
    }
    for program in outcome.curtailed { words += "crashlab: \(program.inWords)\n" }
    if outcome.threadsRefused > 0 {
      let threads = counted(outcome.threadsRefused, "thread")
      words += "crashlab: a seccomp filter killed \(threads) (SIGSYS), and the program went on\n"
    }
    if outcome.handledFaults > 0, !own.tellsOfCrash {
      words += "crashlab: \(counted(outcome.handledFaults, "fault")) handled by the program\n"
    }
    return words
  }
}
