import ArgumentParser
import CrashLab
import CrashLabText

struct CatchUninstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall", abstract: "Put back what was there before.",
    discussion: """
      The reports stay. If somebody has set another core_pattern since, nothing is changed.
      """)

  @OptionGroup var folder: CatchFolderOptions

  func run() throws {
    let installation = CatchInstallation(folder: folder.state)
    let settings = try installation.telling { try installation.uninstall() }
    try Output.standard.write(
      "kernel.core_pattern is '\(printable(settings.former.corePattern))' again\n")
  }
}
