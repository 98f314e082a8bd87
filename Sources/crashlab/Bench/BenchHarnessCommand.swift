import ArgumentParser
import Catalogue
import CrashLab
import CrashLabBench

struct BenchHarnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "harness",
    abstract: "A whole null-write trial beside a bare fork, null write and wait.")

  @Option(help: "Rounds of each, in turn.") var rounds: Int = 200
  @OptionGroup var options: BenchOptions

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1, not \(rounds).") }
  }

  var benchmark: HarnessBenchmark {
    get throws { HarnessBenchmark(try catalogue.named("null-write"), rounds: rounds) }
  }

  func run() throws { try options.take(benchmark) }
}
