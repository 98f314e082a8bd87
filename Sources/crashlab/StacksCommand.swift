import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabPages
import CrashLabText
import Glibc

struct StacksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stacks",
    abstract: "Run a program and tell how much of its stacks it has used.",
    usage: """
      crashlab stacks [--exact] [--coroutines] [--sample RATE] PROGRAM ARGUMENTS
      crashlab stacks --pid PID [--watch SECONDS] [--fail-over LIMIT]
      """,
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
        crashlab stacks --pid 1234 --watch 5

      --pid looks at a process that runs, without stopping it, and writes to standard output; with \
      --watch again and again until it ends: a thread keeps the most that it was seen to use.

      Coroutines' stacks are memory with a guard below it and a return address at its top that is \
      no thread's. Without --coroutines they are looked for when the program ends: what it has \
      given back by then is not told. --coroutines stops the program at each munmap and mmap of \
      its C library, which costs some 20 microseconds a call, and so sees every stack before it \
      is gone, with its size; one without a guard only if a thread was seen standing on it. \
      How many coroutines have run on a stack one after the other nobody knows; a stack counts once.

      --sample shows the trace of the deepest sample of each line. It is not the deepest moment: \
      what lies between two samples nobody has seen. A thread that runs is stopped for each sample, \
      some tens of microseconds; one that sleeps only if it is deeper than ever, and then a system call \
      that no kernel begins anew ends with EINTR, as after SIGSTOP and SIGCONT.

      A peak is what this run needed, not the most that any run can need. Nothing is told of the \
      processes that the program starts.

      Exit status: the program's own, or 128 and the number of the signal that ended it; with \
      --fail-over 1 if it is 0 and a stack was used more than that, or may have been (≤); 127 if \
      there is no such program, 126 if it can't be executed; 66 if there is no such process, or \
      the kernel does not permit to look at it.
      """)

  @Flag(help: "Fill stacks beforehand: peaks to the byte.") var exact = false
  @Flag(help: "Follow what is mapped: coroutines' stacks too.") var coroutines = false
  @Option(
    help: ArgumentHelp(
      "Look at where threads are so many times a second, and show the deepest.",
      valueName: "rate"))
  var sample: Int?
  @Option(
    help: ArgumentHelp(
      "Fail if a stack is used more than this: 80% of its size, or bytes (64K).",
      valueName: "limit"))
  var failOver: StackLimit?
  @Option(help: "Look at this running process.") var pid: Int32?
  @Option(
    help: ArgumentHelp("With --pid: look again after so many seconds.", valueName: "seconds"))
  var watch: Double?
  @Option(help: "How to write the report: text or json.") var format: TextOrJSON = .text
  @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"))
  var report: String?
  @OptionGroup var page: PageOption
  @OptionGroup var program: ProgramArguments

  private var options: StackOptions {
    StackOptions(isExact: exact, followsCoroutines: coroutines, samplesPerSecond: sample)
  }
  private var command: [String] { program.command }

  func validate() throws {
    if let sample, !(1...1000).contains(sample) {
      throw ValidationError("--sample must be 1 to 1000 times a second, not \(sample).")
    }
    guard let pid else {
      if command.isEmpty { throw ValidationError("Name a program: crashlab stacks PROGRAM ARGS") }
      if watch != nil { throw ValidationError("--watch needs --pid.") }
      return
    }
    guard pid > 0 else { throw ValidationError("--pid must be a process, not \(pid).") }
    guard command.isEmpty else {
      throw ValidationError("Look either at a process (--pid) or at a program, not at both.")
    }
    if exact {
      throw ValidationError("--exact fills stacks before their threads run: not with --pid.")
    }
    if sample != nil {
      throw ValidationError("--sample looks at a program from its start: not with --pid.")
    }
    if coroutines {
      throw ValidationError("--coroutines follows a program from its start: not with --pid.")
    }
    if let watch, !(0.01...3600).contains(watch) {
      throw ValidationError("--watch must be between 0.01 and 3600 seconds, not \(watch).")
    }
  }

  func run() throws {
    try page.prepare()
    guard let path = report else { return try run(writingTo: nil) }
    let file = try ReportFile(path)
    try run(writingTo: file.output)
    withExtendedLifetime(file) {}
  }

  /// - Parameter file: where the report goes; nil: standard output or error.
  private func run(writingTo file: Output?) throws {
    let machine = Machine.current(trying: false)
    if let pid {
      let report = try look(at: pid, file, machine)
      throw ExitCode(warnOfOffenders(in: report) ? 1 : 0)
    }
    let outcome = try program.starting {
      try ForeignProgram(command).measureStacks(options, machine: machine)
    }
    do {
      try write(outcome.report, to: file ?? .error)
    } catch {
      complain("the report is lost: \((error as? SystemError)?.withAdvice ?? "\(error)")")
    }
    let isOver = warnOfOffenders(in: outcome.report)
    throw ExitCode(outcome.exitStatus == 0 && isOver ? 1 : outcome.exitStatus)
  }

  /// Looks once, or until the process has ended.
  private func look(at pid: Int32, _ file: Output?, _ machine: Machine) throws -> StacksReport {
    var stacks = RunningStacks(pid, machine: machine)
    do throws(SystemError) { try stacks.look() } catch {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    // A file and JSON have the last word only.
    let showsEach = watch != nil && file == nil && format == .text
    var report = stacks.report()
    while let watch {
      if showsEach { try show(report) }
      usleep(UInt32(watch * 1e6))
      do throws(SystemError) { try stacks.look() } catch { break }
      report = stacks.report()
    }
    if !showsEach { try write(report, to: file ?? .standard) }
    return report
  }

  /// One look after the other: in a terminal in the place of the one before.
  private func show(_ report: StacksReport) throws {
    let isTerminal = Output.standard.isTerminal
    if isTerminal { try Output.standard.write("\u{1B}[H\u{1B}[2J") }
    try write(report, to: .standard)
    if !isTerminal { try Output.standard.write("\n") }
  }

  private func write(_ report: StacksReport, to output: Output) throws {
    try page.write(StacksPage.html(report, heading: .ofThisCommand))
    if page.replacesReport { return }
    let text =
      switch format {
      case .json: try report.json()
      case .text:
        report.text(
          theme: output.isTerminal ? .suited(to: output) : .plain,
          width: output.isTerminal ? output.width : 80)
      }
    try output.write(text)
  }

  private func warnOfOffenders(in report: StacksReport) -> Bool {
    let offenders = failOver?.offenders(in: report) ?? []
    for group in offenders {
      let size = group.size.map { " of \(bytesInWords($0))" } ?? ""
      complain(
        "the stack of '\(group.nameInWords)' (\(printable(group.entry ?? "main stack"))) was "
          + "used to \(bytesInWords(group.peak ?? 0))\(size)")
    }
    return !offenders.isEmpty
  }
}
