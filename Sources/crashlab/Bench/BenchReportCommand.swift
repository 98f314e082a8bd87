import ArgumentParser
import CrashLab
import CrashLabBench

struct BenchReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "How long a report is waited for, beside gdb, eu-stack and objdump.",
    discussion: """
      This program overflows its main stack: under `crashlab exec` and under gdb, and as a dump, which \
      `crashlab core`, gdb and eu-stack read. And every function of its file is read by `crashlab \
      frames`, and by objdump. Whole runs, the commands' own start and their names included.
      """)

  @Option(help: "Rounds.") var rounds: Int = 5
  @Flag(inversion: .prefixedNo, help: "The others too; each takes seconds.") var peers = true
  @OptionGroup var options: BenchOptions

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1, not \(rounds).") }
  }

  func run() throws { try options.take(benchmark) }

  var benchmark: ReportBenchmark {
    ReportBenchmark(
      rounds: rounds, overflowArguments: ["bench", "unwind", "--overflow", "regular"],
      hasPeers: peers)
  }
}
