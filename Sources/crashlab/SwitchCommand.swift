import ArgumentParser
import CrashLab
import CrashLabBench
import CrashLabPages

struct SwitchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "switch",
    abstract: "What a process, thread, coroutine and Task switch really cost here.",
    discussion: """
      Both sides are pinned to one core, switches are counted and divided by, and all that is \
      compared is measured in turn. Ctrl-C ends it with what was measured so far.
      """)

  @OptionGroup var options: SwitchOptions

  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var page: PageOption

  func run() throws {
    try page.prepare()
    let measurement = options.measurement
    let (report, signal) = try withSession(
      milliseconds: measurement.plannedMilliseconds, within: measurement.thoroughness.seconds
    ) {
      try measurement.run(session: $0)
    }
    let output = Output.standard
    try page.write(SwitchPage.html(report, heading: .ofThisCommand))
    if !page.replacesReport {
      try output.write(
        format == .json ? report.json() : report.text(theme: .suited(to: output)))
    }
    if let signal { throw ExitCode(128 + signal.number) }
  }
}
