import ArgumentParser
import Catalogue
import CrashLab

struct BenchHarnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "harness",
    abstract: "A whole null-write trial beside a bare fork, null write and wait.")

  @Option(help: "Rounds of each, in turn.") var rounds: Int = 200
  @Option(help: "text or json.") var format: OutputFormat = .text

  func run() throws {
    guard let nullWrite = catalogue["null-write"] else { throw ExitCode.failure }
    let report = try HarnessBenchmark.run(nullWrite, rounds: rounds)
    try Output.standard.write(format == .json ? report.json() : report.text())
  }
}
