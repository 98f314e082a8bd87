import ArgumentParser
import CrashLab
import CrashLabBench

struct BenchCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "What changed beyond noise between two files that --export has written.")

  @Argument(help: "The earlier file.") var before: String
  @Argument(help: "The later file.") var now: String
  @Option(help: "text or json.") var format: TextOrJSON = .text

  func run() throws {
    let comparison = try reading {
      BenchmarkComparison(try BenchmarkReport.read(before), try BenchmarkReport.read(now))
    }
    let output = Output.standard
    try output.write(
      format == .json ? comparison.json() : comparison.text(theme: .suited(to: output)))
    if comparison.hasSlower { throw ExitCode(1) }
  }
}
