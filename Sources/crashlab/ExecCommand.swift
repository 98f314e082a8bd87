import ArgumentParser
import CrashLab
import Glibc

struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run any program and tell how it crashed, if it does.",
    discussion: """
      The program runs unchanged and at full speed, with your terminal, your descriptors and your \
      environment. If it dies of a fault, the report goes to standard error: which stack, how far \
      from its limit, who recursed, whether a handler could run.

        crashlab exec -- ./server --port 8080

      Exit status: the program's own, or 128 and the number of the signal that ended it; 127 if \
      there is no such program, 126 if it can't be executed.
      """)

  @Option(help: "How to write the report: text or json.") var format: TextOrJSON = .text

  @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"))
  var report: String?

  @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
  var command: [String] = []

  func validate() throws {
    if command.isEmpty { throw ValidationError("Name a program: crashlab exec -- PROGRAM ARGS") }
  }

  func run() throws {
    let machine = Machine.current()
    let outcome: ForeignProgram.Outcome
    do {
      outcome = try ForeignProgram(command).run(machine: machine)
    } catch {
      complain("\(error)")
      throw ExitCode(error.code == ENOENT ? 127 : error.code == EACCES ? 126 : EX_SOFTWARE)
    }
    let text = try text(of: outcome, machine: machine)
    if !text.isEmpty { try write(text) }
    throw ExitCode(outcome.exitStatus)
  }

  /// Nothing of a program that came to its end by itself, unless somebody asks by --report or json.
  private func text(of outcome: ForeignProgram.Outcome, machine: Machine) throws -> String {
    if format == .json {
      return try RunReport(
        machine: machine, trials: [outcome.report],
        duration: outcome.report.timeline.last?.at ?? 0
      ).json()
    }
    let crashed = outcome.report.termination?.kind == .signal
    if crashed || report != nil {
      let theme: Theme = report == nil ? .suited(to: .error) : .plain
      return TrialText(theme: theme, width: Output.error.width)
        .whole(outcome.report, machine: machine)
    }
    return outcome.handledFaults == 0
      ? "" : "crashlab: \(outcome.handledFaults) faults handled by the program\n"
  }

  private func write(_ text: String) throws {
    guard let report else { return try Output.error.write(text) }
    let descriptor = open(report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemError("open", report) }
    defer { close(descriptor) }
    try Output(descriptor: descriptor).write(text)
  }
}
