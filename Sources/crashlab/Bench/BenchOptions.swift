import ArgumentParser
import CrashLab
import CrashLabBench

/// What becomes of a benchmark's figures, the same for every benchmark.
struct BenchOptions: ParsableArguments {
  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text

  @Option(
    help: ArgumentHelp("Write the figures to this file too, as JSON.", valueName: "file"),
    completion: .file())
  var export: String?

  @Option(
    help: ArgumentHelp(
      "Say what changed beyond noise since this file was written.", valueName: "file"))
  var compare: String?

  /// Measures and shows. Throws the exit status that the command ends with.
  func take(_ benchmark: some Benchmark) throws {
    // Read first: after minutes of measuring is late to say that it can't be.
    let earlier = try compare.map { file in try reading { try BenchmarkReport.read(file) } }
    if let export { try checkWritable(export) }
    var (report, signal) = try withSession(milliseconds: benchmark.plannedMilliseconds) {
      try benchmark.run(session: $0)
    }
    if let export { try report.write(to: export) }
    report.comparison = earlier.map { BenchmarkComparison($0, report) }
    let output = Output.standard
    try output.write(format == .json ? report.json() : report.text(theme: .suited(to: output)))
    if let signal { throw ExitCode(128 + signal.number) }
    if report.comparison?.hasSlower == true { throw ExitCode(1) }
  }
}

extension CaseCollection {
  /// A case that a benchmark needs.
  func named(_ name: String) throws -> CrashCase {
    guard let found = self[name] else {
      throw ValidationError("the catalogue has no case '\(name)'")
    }
    return found
  }
}
