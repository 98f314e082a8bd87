import ArgumentParser
import CrashLab
import CrashLabBench

struct BenchLayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout",
    abstract: "A look at a process with many threads, beside reading their files alone.")

  @Option(help: "Rounds.") var rounds: Int = 20
  @Option(help: "Threads of the process.") var threads: Int = 10_000
  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard rounds > 0, (1...16_000).contains(threads) else {
      throw ValidationError("--rounds must be at least 1, --threads between 1 and 16000.")
    }
  }

  var benchmark: LayoutBenchmark { LayoutBenchmark(threads: threads, rounds: rounds) }

  func run() throws { try options.take(benchmark) }
}
