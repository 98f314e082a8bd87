import ArgumentParser
import CrashLab

struct BenchLayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout", abstract: "A look at a process with many threads.")

  @Option(help: "Rounds.") var rounds: Int = 20
  @Option(help: "Threads of the process.") var threads: Int = 10_000
  @Option(help: "text or json.") var format: TextOrJSON = .text

  func validate() throws {
    guard rounds > 0, (1...16_000).contains(threads) else {
      throw ValidationError("--rounds must be at least 1, --threads between 1 and 16000.")
    }
  }

  func run() throws {
    let machine = Machine.current()
    let samples = try OwnLayout(threads: threads, coroutines: 0, stackSize: 65_536)
      .measure(rounds: rounds, machine: machine)
    let report = BenchmarkReport(
      machine: machine, benchmarks: [.init("layout.look-\(threads)", nanoseconds: samples)])
    try Output.standard.write(format == .json ? report.json() : report.text())
  }
}
