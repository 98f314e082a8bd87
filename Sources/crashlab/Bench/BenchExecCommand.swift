import ArgumentParser
import CrashLab
import CrashLabBench

struct BenchExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "What a program costs under `crashlab exec`, beside strace and by itself.",
    discussion: """
      The start of /bin/true; 20,000 faults that a handler catches; 10,000 threads that do nothing, \
      one after the other; arithmetic. Of the last three the work alone is timed, by the program \
      itself. strace shows nothing, and follows threads as exec does.
      """)

  @Option(help: "Rounds.") var rounds: Int = 10
  @OptionGroup var options: BenchOptions
  /// What is timed, in a process of its own.
  @Option(parsing: .upToNextOption, help: .hidden) var work: [String] = []

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1, not \(rounds).") }
  }

  func run() throws {
    if let name = work.first {
      guard let workload = Workload(rawValue: name), work.count == 2, let count = UInt32(work[1])
      else { throw ValidationError("--work takes a work's name and a count.") }
      return try workload.workHere(count)
    }
    try options.take(benchmark)
  }

  var benchmark: ExecBenchmark {
    ExecBenchmark(rounds: rounds, workArguments: ["bench", "exec", "--work"])
  }
}
