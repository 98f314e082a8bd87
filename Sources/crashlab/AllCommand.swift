import ArgumentParser
import Catalogue
import CrashLab

struct AllCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Run every case of the catalogue.")

  @OptionGroup var options: RunOptions

  func run() throws { try options.run(catalogue.all) }
}
