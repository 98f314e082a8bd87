import ArgumentParser
import CrashLab

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what the laboratory itself costs.",
    discussion: """
      Without a subcommand all of them are run. --export keeps the figures, and --compare says what \
      has changed since: medians more than 5 % apart, middle halves that do not overlap, and a \
      Mann-Whitney test of the ranks with p < 0.02.

      Exit status 1 if a figure is slower beyond noise, 0 if none is.
      """,
    subcommands: [
      BenchAllCommand.self, BenchHarnessCommand.self, BenchLayoutCommand.self,
      BenchExecCommand.self, BenchReportCommand.self, BenchUnwindCommand.self,
      BenchSwitchCommand.self,
      BenchCompareCommand.self,
    ],
    defaultSubcommand: BenchAllCommand.self)
}
