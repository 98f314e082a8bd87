import ArgumentParser
import CrashLab

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what the laboratory itself costs.",
    subcommands: [
      BenchHarnessCommand.self, BenchLayoutCommand.self, BenchUnwindCommand.self,
      BenchSwitchCommand.self,
    ])
}
