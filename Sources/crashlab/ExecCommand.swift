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

        crashlab exec -- ./server --port 8080
        crashlab exec --follow-forks -- make test

      Exit status: the program's own, or 128 and the number of the signal that ended it; 127 if \
      there is no such program, 126 if it can't be executed.
      """)

  @Option(help: "How to write the report: text or json.") var format: TextOrJSON = .text

  @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"))
  var report: String?

  @Flag(
    name: [.long, .customShort("f")],
    help: ArgumentHelp(
      "Also look at the processes that it starts.",
      discussion: "Waits until all of them have ended; each that crashes gets a report."))
  var followForks = false

  @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
  var command: [String] = []

  func validate() throws {
    if command.isEmpty { throw ValidationError("Name a program: crashlab exec -- PROGRAM ARGS") }
  }

  func run() throws {
    let machine = Machine.current()
    let outcome: ForeignProgram.Outcome
    do {
      outcome = try ForeignProgram(command, followsForks: followForks).run(machine: machine)
    } catch {
      complain(error.withAdvice)
      throw ExitCode(
        error.code == ENOENT
          ? 127 : [EACCES, ENOEXEC].contains(error.code) ? 126 : EX_SOFTWARE)
    }
    let text = try text(of: outcome, machine: machine)
    if !text.isEmpty { try write(text) }
    throw ExitCode(outcome.exitStatus)
  }

  /// Nothing of a program that came to its end by itself, and a line of one that was ended, unless
  /// somebody asks by --report or json.
  private func text(of outcome: ForeignProgram.Outcome, machine: Machine) throws -> String {
    if format == .json {
      return try RunReport(
        machine: machine, trials: ([outcome.result] + outcome.descendants).map { TrialReport($0) },
        duration: outcome.result.timeline.last?.at ?? 0
      ).json()
    }
    let theme: Theme = report == nil ? .suited(to: .error) : .plain
    let text = TrialText(theme: theme, width: Output.error.width)
    let own = outcome.result
    let isWhole = report != nil || own.tellsOfCrash
    let told = (isWhole ? [own] : []) + outcome.descendants
    var words = told.map { text.whole(TrialReport($0), machine: machine) }.joined(separator: "\n")
    if isWhole { return words }
    if own.termination?.kind == .signal { words += "crashlab: \(own.summary)\n" }
    if outcome.handledFaults > 0 {
      words += "crashlab: \(outcome.handledFaults) faults handled by the program\n"
    }
    return words
  }

  private func write(_ text: String) throws {
    guard let report else { return try Output.error.write(text) }
    let descriptor = open(report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemError("open", report) }
    defer { close(descriptor) }
    try Output(descriptor: descriptor).write(text)
  }
}
