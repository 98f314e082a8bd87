import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

struct FramesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames",
    abstract: "Show which functions of a program can step over a guard page.",
    discussion: """
      A function whose frame is larger than the guard, and that is built without stack probes, \
      moves the stack pointer over the guard at once: what it writes first may lie in somebody \
      else's memory, and nothing faults. -fstack-clash-protection builds with probes.

      Reads a program or library of x86-64 without running it. Exit status with --fail-over: 1 if a \
      function moves the stack pointer by more than that many bytes at once, or if there is code \
      that no call-frame information covers (unless --allow-uncovered).
      """)

  @Argument(help: "The program or library.", completion: .file()) var program: String
  @Option(help: ArgumentHelp("The guard, 64K say. (default: one page)", valueName: "bytes"))
  var guardSize: ByteCount?
  @Option(help: ArgumentHelp("Fail if a step is larger.", valueName: "bytes"))
  var failOver: ByteCount?
  @Flag(help: "Do not fail for code without call-frame information.") var allowUncovered = false
  @Flag(help: "Show every function, however many.") var all = false
  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text

  func validate() throws {
    for (name, value) in [("guard-size", guardSize), ("fail-over", failOver)] {
      if let value, value.bytes < 0 {
        throw ValidationError("--\(name) must not be negative, but is \(value.bytes).")
      }
    }
  }

  func run() throws {
    let page = sysconf(Int32(_SC_PAGESIZE))
    // What is smaller than the guard fails nothing: it is not listed.
    let limit = failOver?.bytes
    let guardSize = min(guardSize?.bytes ?? page, limit ?? Int.max)
    let report: LargeFrameReport
    do {
      report = try LargeFrameReport.read(program, guardSize: guardSize)
    } catch let error as UnreadableFile {
      complain("\(error)")
      throw ExitCode(EX_DATAERR)
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    try Output.standard.write(
      format == .json
        ? report.json()
        : report.text(theme: .suited(to: .standard), limit: all ? Int.max : 40))
    if let limit, report.exceeds(limit) {
      complain("there are functions that move the stack pointer by more than \(limit) bytes")
      throw ExitCode(1)
    }
    if limit != nil, !allowUncovered, !report.unproved.isEmpty {
      complain(
        "there is code that no call-frame information covers: --allow-uncovered passes over it")
      throw ExitCode(1)
    }
  }
}
