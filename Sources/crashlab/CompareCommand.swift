import ArgumentParser
import CrashLab
import CrashLabBench
import CrashLabPages
import Glibc

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Show what differs between two runs.",
    discussion: """
      A run is the name of a run folder, `latest`, the path of one, or a file that --format json \
      has printed. Costs are compared where each side has five attempts or more.

      Exit status 1 if verdicts, signals, sites or endings differ; distances, frames and times alone \
      do not.
      """)

  @Argument(help: "Baseline run.", completion: .runs) var first: String
  @Argument(help: "Run to compare.", completion: .runs) var second: String
  @Option(name: .shortAndLong, help: "The folder with the run folders.", completion: .directory)
  var output: String = ".crashlab"
  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text
  @OptionGroup var page: PageOption

  func run() throws {
    try page.prepare()
    let comparison = RunComparison(try read(first), try read(second))
    try page.write(ComparisonPage.html(comparison))
    if !page.replacesReport {
      try Output.standard.write(
        format == .json ? comparison.json() : comparison.text(theme: .suited(to: .standard)))
    }
    if comparison.differsInBehaviour { throw ExitCode(1) }
  }

  private func read(_ name: String) throws -> RunProfile {
    let runs = RunFolder.list(in: output)
    let known = name == "latest" ? runs.last : runs.first { $0 == name }
    do {
      return try RunProfile.read(known.map { "\(output)/\($0)" } ?? name) {
        complain("not readable: \($0)")
      }
    } catch {
      complain("\(printable("\(error)")); `crashlab report` lists the runs in \(output)")
      throw ExitCode(EX_NOINPUT)
    }
  }
}
