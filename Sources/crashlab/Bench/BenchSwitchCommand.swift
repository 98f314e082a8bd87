import ArgumentParser
import CrashLab
import CrashLabBench

struct BenchSwitchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "switch", abstract: "The switches of `crashlab switch` alone, as benchmarks.")

  @OptionGroup var switching: SwitchOptions
  @OptionGroup var options: BenchOptions

  func run() throws { try options.take(SwitchBenchmark(switching.measurement)) }
}
