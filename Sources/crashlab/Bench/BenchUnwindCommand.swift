import ArgumentParser
import Catalogue
import CrashLab
import CrashLabBench
import Glibc

struct BenchUnwindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unwind",
    abstract: "One stack overflow told by every unwinder there is, side by side.",
    discussion: """
      An 8 MiB stack overflows in a child, once by one function that calls itself (regular) and once \
      by six in random order (irregular). In its handler: folded (the first time in that process), \
      libunwind's unw_step over every frame, unw_backtrace cold and warm; folded and the mere reading \
      of a word a frame also where nobody has looked at the stack before (first). From outside: this \
      laboratory's observer, a bare copy of the stack, gdb, and Swift's own backtracer. And Swift's \
      Runtime module at the bottom of a recursion as deep, without a fault. Use a release build.
      """)

  @Option(help: "Children of each kind.") var rounds: Int = 15
  @Option(help: "Runs of gdb and of Swift's backtracer; each takes seconds.")
  var programRounds: Int = 1
  @OptionGroup var options: BenchOptions
  /// How Swift's backtracer is made to look: this program overflows its own main stack.
  @Option(help: .hidden) var overflow: String?

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1, not \(rounds).") }
    if programRounds < 0 {
      throw ValidationError("--program-rounds must be at least 0, not \(programRounds).")
    }
  }

  func run() throws {
    if let overflow { UnwindBenchmark.overflowHere(.init(rawValue: overflow) ?? .regular) }
    try options.take(benchmark)
  }

  var benchmark: UnwindBenchmark {
    get throws {
      UnwindBenchmark(
        rounds: rounds, programRounds: programRounds,
        trial: try catalogue.named("thread-recursion"),
        overflowArguments: ["bench", "unwind", "--overflow"])
    }
  }
}
