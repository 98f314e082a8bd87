import ArgumentParser
import Catalogue
import CrashLab

enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case text, json, junit, github }

extension Unwinding: ExpressibleByArgument {}

/// How trials are run, the same for `all` and `run`.
struct RunOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "Trials side by side. (default: the number of cores)")
  var jobs: Int?

  @Option(help: "Seconds for a trial, where its case does not say otherwise.")
  var timeout: Double = 10

  @Option(help: ArgumentHelp("Run every case this many times.", valueName: "times"))
  var `repeat`: Int = 1

  @Flag(help: "Run in random order; the seed is printed.")
  var shuffle = false

  @Option(help: "Repeat a shuffled order.")
  var seed: UInt64?

  @Option(
    help: "How to write the reports: \(OutputFormat.allValueStrings.joined(separator: ", ")).")
  var format: OutputFormat = .text

  @Option(name: .shortAndLong, help: "The folder for run folders.", completion: .directory)
  var output: String = ".crashlab"

  @Option(
    name: [.customLong("html"), .customLong("export-html")],
    help: ArgumentHelp(
      "Write a page that a browser shows, besides ('-': standard output).", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Flag(help: "Write no run folder.")
  var noSave = false

  @Option(
    help: ArgumentHelp(
      "Private writable memory that each child may have, in MiB; 0 for no limit.",
      valueName: "mebibytes"))
  var childMemory: UInt64 = 1024

  @Option(
    help: ArgumentHelp(
      "What each child may write into one file, in MiB; 0 for no limit.", valueName: "mebibytes"))
  var childFile: UInt64 = 64

  @Flag(help: "Let the children write to standard output and error.")
  var showOutput = false

  @Flag(help: "Measure how much of its alternate stack the handler uses.")
  var measureHandler = false

  @Flag(help: "Trace every trial, so that each fault has a second witness.")
  var observeAll = false

  @Option(help: .hidden)
  var unwinding: Unwinding = .folded

  /// Those that change what a trial does, as they were given.
  var changingATrial: [String] {
    var words: [String] = []
    if timeout != 10 { words += ["--timeout", "\(timeout)"] }
    if childMemory != 1024 { words += ["--child-memory", "\(childMemory)"] }
    if childFile != 64 { words += ["--child-file", "\(childFile)"] }
    if measureHandler { words.append("--measure-handler") }
    if observeAll { words.append("--observe-all") }
    if unwinding != .folded { words += ["--unwinding", unwinding.rawValue] }
    return words
  }

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1, not \(jobs).") }
    if self.repeat < 1 {
      throw ValidationError("--repeat must be at least 1, not \(self.repeat).")
    }
    for (name, value) in [("--child-memory", childMemory), ("--child-file", childFile)]
    where value > 1 << 40 {
      throw ValidationError("\(name) must be at most \(1 << 40) MiB, not \(value).")
    }
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout must be between 0 and 86400 seconds, not \(timeout).")
    }
  }
}
