import ArgumentParser
import Catalogue
import CrashLab
import CrashLabBench
import CrashLabPages

struct ClaimsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "What textbooks say of stacks, guards and switches, held against this machine.",
    discussion: """
      Each sentence is judged by a rule from what was measured just now: trials of the catalogue, \
      the stacks of own children, and the figures of `crashlab switch`. What is missing or too \
      noisy is not settled.
      """)

  @OptionGroup var options: SwitchOptions

  @Option(help: "How to write it: text, json or html.") var format: Format = .text

  @OptionGroup var page: PageOption

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

  func run() throws {
    try page.prepare()
    let heading = RunHeading.ofThisCommand
    let measurement = ClaimsMeasurement(
      cases: ClaimsMeasurement.cases.compactMap { catalogue[$0] }, switching: options.measurement)
    let (report, signal) = try withSession(
      milliseconds: measurement.plannedMilliseconds,
      within: measurement.switching.thoroughness.seconds
    ) {
      try measurement.run(session: $0)
    }
    let output = Output.standard
    try page.write(ClaimsPage.html(report, heading: heading))
    if page.replacesReport {
      if let signal { throw ExitCode(128 + signal.number) }
      return
    }
    switch format {
    case .text: try output.write(report.text(theme: .suited(to: output), width: output.width))
    case .json: try output.write(report.json())
    case .html: try output.write(ClaimsPage.html(report, heading: heading))
    }
    if let signal { throw ExitCode(128 + signal.number) }
  }
}
