import ArgumentParser
import CrashLab
import CrashLabPages
import CrashLabText
import Glibc

struct LayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout", abstract: "Show where the stacks and guards of a process really are.",
    usage: """
      crashlab layout [--threads N] [--coroutines N] [--stack-size BYTES] [--guard-size BYTES]
      crashlab layout --pid PID
      crashlab layout [--after SECONDS] PROGRAM ARGUMENTS
      """,
    discussion: """
      Of a child of its own with threads and coroutines made for it, of a running process, or of a \
      program that is started for it and ended afterwards. Nothing is stopped but a thread that is \
      running in that very moment, and that for microseconds.

      Touched is the high-water mark: from the lowest page that was ever used to the top.
      """)

  @Option(help: "Threads of the child of its own.") var threads: Int = 4
  @Option(help: "Coroutines of the child of its own.") var coroutines: Int = 4
  @Option(
    help: ArgumentHelp("Each thread's stack, 256K say. (default: the system's)", valueName: "bytes")
  )
  var stackSize: ByteCount?
  @Option(help: ArgumentHelp("Each thread's guard. (default: the system's)", valueName: "bytes"))
  var guardSize: ByteCount?
  @Option(help: "Look at this running process.") var pid: Int32?
  @Option(help: "Seconds from the program's start to the look.") var after: Double = 1
  @Flag(help: "Show every stack, however many.") var all = false
  @Flag(help: "Hold the guards against the largest frame without probes in the program's file.")
  var frames = false
  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text
  @OptionGroup var page: PageOption
  @OptionGroup var program: ProgramArguments

  private var command: [String] { program.command }

  func validate() throws {
    // The board of the harness has room for so many stacks.
    for (name, value) in [("threads", threads), ("coroutines", coroutines)]
    where !(0...16_000).contains(value) {
      throw ValidationError("--\(name) must be between 0 and 16000, not \(value).")
    }
    guard threads + coroutines <= 16_000 else {
      throw ValidationError("--threads and --coroutines together must be at most 16000.")
    }
    if let stackSize = stackSize?.bytes, !(16_384...(1 << 36)).contains(stackSize) {
      throw ValidationError("--stack-size must be between 16384 and 2^36, not \(stackSize).")
    }
    if let guardSize = guardSize?.bytes, !(0...(1 << 36)).contains(guardSize) {
      throw ValidationError("--guard-size must be between 0 and 2^36, not \(guardSize).")
    }
    guard after >= 0, after <= 86_400 else {
      throw ValidationError("--after must be between 0 and 86400 seconds, not \(after).")
    }
    if let pid {
      guard pid > 0 else { throw ValidationError("--pid must be a process, not \(pid).") }
      guard command.isEmpty else {
        throw ValidationError("Look either at a process (--pid) or at a program, not at both.")
      }
    }
  }

  func run() throws {
    try page.prepare()
    let machine = Machine.current(trying: false)
    let layout = try look(machine)
    let report = LayoutReport(
      layout, command: command.isEmpty ? nil : command,
      largestFrame: frames ? try largestFrame(of: layout) : nil, machine: machine)
    try page.write(LayoutPage.html(report, heading: .ofThisCommand))
    if page.replacesReport { return }
    let text =
      switch format {
      case .json: try report.json()
      case .text:
        report.text(
          theme: .suited(to: .standard), width: Output.standard.width, detail: all ? Int.max : 40)
      }
    try Output.standard.write(text)
  }

  /// Nil if the program's file can't be read: it may be gone by now.
  private func largestFrame(of layout: Layout) throws -> Int? {
    do {
      return try LargeFrameReport.read(layout.program, guardSize: 0, isNamed: false)
        .functions.first?.step ?? 0
    } catch {
      complain("the frames of the program are not known: \(error)")
      return nil
    }
  }

  private func look(_ machine: Machine) throws -> Layout {
    if let pid { return try Layout.look(at: pid, machine: machine) }
    if !command.isEmpty {
      return try LaidOutProgram(command, patience: after).look(machine: machine)
    }
    return try OwnLayout(
      threads: threads, coroutines: coroutines, stackSize: stackSize?.bytes,
      guardSize: guardSize?.bytes
    ).look(machine: machine)
  }
}
