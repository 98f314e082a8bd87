import ArgumentParser
import CrashLab

struct CatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catch", abstract: "Tell of every crash of the machine.",
    discussion: """
      The kernel starts crashlab for each program that crashes (kernel.core_pattern), whoever runs it \
      and however it was started, in containers too. The report is the one that exec gives. It is read \
      from the dying process, which waits for some milliseconds; no dump is written, unless --keep-core \
      asks for it. Programs cost nothing as long as they do not crash.

        sudo crashlab catch install
        crashlab report --caught

      Reports lie under /var/lib/crashlab/reports; each is for root and the user whose program crashed. \
      One of a program that has more rights than its user is for root alone. The system's log gets a \
      line.

      Exit status: 0 if it was done; 1 if status finds that crashes are not caught; 70 if the kernel's \
      settings can't be changed; 73 if it refuses.
      """,
    subcommands: [
      CatchInstallCommand.self, CatchUninstallCommand.self, CatchStatusCommand.self,
      CatchHandleCommand.self,
    ])
}

/// Where the handler keeps what it has.
struct CatchFolderOptions: ParsableArguments {
  @Option(
    name: [.customShort("S"), .long],
    help: ArgumentHelp("The folder of settings and reports.", valueName: "folder"),
    completion: .directory)
  var state = CatchFolder.usual
}
