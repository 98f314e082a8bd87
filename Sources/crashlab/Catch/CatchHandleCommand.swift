import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabText
import Glibc

/// Not for people: the kernel starts it with a core dump on standard input.
struct CatchHandleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handle", abstract: "Take a crash from the kernel.", shouldDisplay: false)

  @OptionGroup var folder: CatchFolderOptions
  @Argument(parsing: .allUnrecognized) var words: [String] = []

  func run() throws {
    guard let notice = CrashNotice(words: words) else {
      complain("the kernel starts this; `crashlab catch install` tells it to")
      throw ExitCode(EX_USAGE)
    }
    let folder = try CatchFolder(self.folder.state)
    guard let settings = try folder.settings() else { throw ExitCode(EX_CONFIG) }
    let outcome = CrashHandler(notice, folder: folder, settings: settings).handle { result in
      let whole = TrialReport(result)
      let report = settings.redacts == true ? whole.withoutSecrets : whole
      let program = report.command?.first.map { lastComponent($0) } ?? "?"
      return (report, "\(program)[\(notice.process)] (uid \(notice.user)): \(report.summary)")
    }
    if let line = line(of: outcome, notice, settings) { SystemLog(path: settings.log).write(line) }
  }

  /// For the log; nil: what is dropped is told with the next report.
  private func line(
    of outcome: CrashHandler.Outcome, _ notice: CrashNotice, _ settings: CatchSettings
  ) -> String? {
    let who = "process \(notice.process) (uid \(notice.user)) died of \(notice.signal)"
    switch outcome {
    case .reported(let path, let line, let dropped):
      let before =
        dropped == 0
        ? ""
        : "; \(dropped) crashes before it have no report: more than "
          + "\(settings.limits.reportsPerMinute) a minute"
      return "\(line); report \(path)\(before)"
    case .dropped: return nil
    case .gone: return "\(who), without a report: it was gone before it could be looked at"
    case .notDump: return "\(who), without a report: its dump does not begin as one"
    case .timedOut:
      return "\(who), without a report: it was not made in \(settings.limits.seconds) s"
    case .readerEnded(let signal):
      return "\(who), without a report: the reader was ended"
        + (signal.map { " by \($0)" } ?? "")
    case .failed(let error): return "\(who), without a report: \(error.inWords)"
    }
  }
}
