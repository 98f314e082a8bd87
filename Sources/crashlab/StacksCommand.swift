import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabText
import Glibc

struct StacksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stacks",
    abstract: "Run a program and tell how much of its stacks it has used.",
    usage: "crashlab stacks [--exact] [--fail-over LIMIT] PROGRAM ARGUMENTS",
    discussion: """
      For every thread that ends, and for all that live when the program ends: the size of its \
      stack, the guard, and the peak, which is the lowest page that was ever touched. Threads of \
      one name (numbers aside), entry function and size are one line. The report goes to standard \
      error; the program runs unchanged, with your terminal and descriptors.

      Peaks count from the top of the stack: thread-local storage and the thread's control block \
      lie there and are part of it. --exact fills each stack before its thread runs and so knows \
      the peak to the byte; it costs as much memory as the stacks are large, and a program that \
      reads what it never wrote finds other bytes there.

        crashlab stacks ./server --port 8080
        crashlab stacks --fail-over 80% -- ./tests
        crashlab stacks --exact --format json --report stacks.json ./worker

      A peak is what this run needed, not the most that any run can need. Coroutines' stacks are \
      not told, and nothing of the processes that the program starts.

      Exit status: the program's own, or 128 and the number of the signal that ended it; with \
      --fail-over 1 if it is 0 and a stack was used more than that; 127 if there is no such \
      program, 126 if it can't be executed.
      """)

  @Flag(help: "Fill stacks beforehand: peaks to the byte.") var exact = false
  @Option(
    help: ArgumentHelp(
      "Fail if a stack is used more than this: 80% of its size, or bytes (64K).",
      valueName: "limit"))
  var failOver: StackLimit?
  @Option(help: "How to write the report: text or json.") var format: TextOrJSON = .text
  @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"))
  var report: String?
  @OptionGroup var program: ProgramArguments

  private var command: [String] { program.command }

  func validate() throws {
    if command.isEmpty { throw ValidationError("Name a program: crashlab stacks PROGRAM ARGS") }
  }

  func run() throws {
    let file = try report.map { try ReportFile($0) }
    let machine = Machine.current(trying: false)
    let outcome = try program.starting {
      try ForeignProgram(command).measureStacks(isExact: exact, machine: machine)
    }
    do {
      let isTerminal = file == nil && Output.error.isTerminal
      let text =
        switch format {
        case .json: try outcome.report.json()
        case .text:
          outcome.report.text(
            theme: isTerminal ? .suited(to: .error) : .plain,
            width: isTerminal ? Output.error.width : 80)
        }
      if let file { try file.write(text) } else { try Output.error.write(text) }
    } catch {
      complain("the report is lost: \((error as? SystemError)?.withAdvice ?? "\(error)")")
    }
    var status = outcome.exitStatus
    for group in failOver?.offenders(in: outcome.report) ?? [] {
      let size = group.size.map { " of \(bytesInWords($0))" } ?? ""
      complain(
        "the stack of '\(printable(group.name))' (\(printable(group.entry ?? "main stack"))) was "
          + "used to \(bytesInWords(group.peak ?? 0))\(size)")
      if status == 0 { status = 1 }
    }
    throw ExitCode(status)
  }
}
