import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

/// Not for people: the helper that the reporter inside a program starts when it crashes.
struct ReportCrashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report-crash", abstract: "Report a process that is dying.", shouldDisplay: false)

  @Argument var process: Int32
  @Argument var thread: Int32
  @Argument var word: UInt64
  /// `stderr`, `folder:PATH`, or `closure`.
  @Argument var destination: String

  @Flag var redact = false

  /// A program that is not let die is worse than one without a report.
  private static let mostSeconds: UInt32 = 30
  private static let secondsOfClosure = 10
  /// So many reports are kept in a folder: a program may crash again and again.
  private static let mostReports = 100

  func run() throws {
    ReportCrashCommand.becomeOrdinary()
    alarm(ReportCrashCommand.mostSeconds)
    var machine: Machine?
    func known() -> Machine {
      let known = machine ?? .current(trying: false)
      machine = known
      return known
    }
    do {
      try DyingProcess(process, thread: thread, word: word).look(machine: known) { result in
        let report = TrialReport(result)
        try tell(redact ? report.withoutSecrets : report, machine: known())
      }
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
  }

  private func tell(_ report: TrialReport, machine: Machine) throws {
    if destination == "closure" {
      let report = RunReport(machine: machine, trials: [report], duration: 0)
      try ReportTaker(of: thread, seconds: ReportCrashCommand.secondsOfClosure).take(report.json())
    } else if destination.hasPrefix("folder:") {
      let root = String(destination.dropFirst("folder:".count))
      RunFolder.makeRoot(root)
      let folder = try RunFolder.create(in: root, machine: machine)
      try folder.save(report)
      RunFolder.keepLatest(ReportCrashCommand.mostReports, in: root)
    } else {
      let text = try CrashReportOptions.parse([]).text(for: .error)
      try Output.error.write(text.whole(report, machine: machine))
    }
  }

  /// Every signal is blocked in the handler that has started this process, and what the program
  /// ignores is ignored.
  private static func becomeOrdinary() {
    for number in [SIGCHLD, SIGALRM, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] {
      signal(number, SIG_DFL)
    }
    ForeignProgram.tellOwnCrash()
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
  }
}
