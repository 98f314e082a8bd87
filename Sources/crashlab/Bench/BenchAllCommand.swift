import ArgumentParser
import Catalogue
import CrashLab
import CrashLabBench

struct BenchAllCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "All of the benchmarks, one after another.")

  @OptionGroup var switching: SwitchOptions
  @OptionGroup var options: BenchOptions

  func run() throws {
    let quick = switching.quick
    var harness = try BenchHarnessCommand.parse([])
    var layout = try BenchLayoutCommand.parse([])
    var exec = try BenchExecCommand.parse([])
    var report = try BenchReportCommand.parse([])
    var unwind = try BenchUnwindCommand.parse([])
    if quick {
      harness.rounds = 50
      layout.rounds = 5
      exec.rounds = 2
      report.peers = false
      unwind.rounds = 5
      unwind.programRounds = 0
    }
    try options.take(
      BenchmarkSuite([
        harness.benchmark, unwind.benchmark, SwitchBenchmark(switching.measurement),
        layout.benchmark, exec.benchmark, report.benchmark,
      ]))
  }
}
