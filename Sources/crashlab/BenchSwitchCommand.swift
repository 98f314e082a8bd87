import ArgumentParser
import CrashLab

struct BenchSwitchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "switch", abstract: "The rungs of `crashlab switch` alone, as benchmarks.")

  @OptionGroup var options: SwitchOptions

  @Option(help: "text or json.") var format: TextOrJSON = .text

  func run() throws {
    let measurement = options.measurement
    let ladder = measurement.ladder
    let (report, signal) = try withSitting(milliseconds: ladder.plannedMilliseconds) {
      try measurement.runLadder(sitting: $0)
    }
    try Output.standard.write(format == .json ? report.benchmark.json() : report.benchmark.text())
    if let signal { throw ExitCode(128 + signal.number) }
  }
}
