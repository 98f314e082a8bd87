import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

struct LookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "look",
    abstract: "Tell where every thread of a running process is.",
    discussion: """
      The process is stopped for some milliseconds and goes on as it was, also if it had been stopped \
      before, or if crashlab is ended meanwhile. Threads with equal backtraces are told once, with \
      their number.

        crashlab look --pid 1234

      Exit status: 0 if it could be looked at; 66 if there is no such process, or the kernel does not \
      permit it.
      """)

  @Option(help: "The process.") var pid: Int32
  @OptionGroup var output: CrashReportOptions

  func validate() throws {
    guard pid > 0 else { throw ValidationError("--pid must be a process, not \(pid).") }
    guard pid != getpid() else { throw ValidationError("crashlab does not look at itself.") }
  }

  func run() throws {
    try output.page.prepare()
    let machine = Machine.current(trying: false)
    let result: TrialResult
    do {
      result = try RunningProcess(pid).look()
    } catch {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
    try output.tell(
      [output.report(result)], notes: [], machine: machine, duration: 0, knowsHost: true)
  }
}
