import ArgumentParser
import CrashLab
import CrashLabText
import Glibc

struct CatchInstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Let the kernel hand over every crash.",
    discussion: """
      Sets kernel.core_pattern to this command's file, kernel.core_pipe_limit to 16 at least and \
      fs.suid_dumpable to 2, and writes /etc/sysctl.d/60-crashlab.conf, so that they come back when the \
      machine starts. What was there before is kept for `crashlab catch uninstall`. Installing again \
      changes the limits and keeps what was there first.
      """)

  @Option(help: "Reports a minute; further crashes are counted.") var perMinute = 60
  @Option(help: "How many reports are kept; the oldest are deleted.") var keep = 1000
  @Option(help: ArgumentHelp("Bytes of reports and dumps that are kept.", valueName: "size"))
  var keepBytes = ByteCount(argument: "1G")!
  @Option(help: "Seconds for one report.") var timeout = 30
  @Option(
    help: ArgumentHelp(
      "Also keep each dump, compressed (zstd), of at most this size.", valueName: "size"))
  var keepCore: ByteCount?
  @Flag(help: RedactOption.help) var redact = false
  @Option(
    help: ArgumentHelp(
      "The file that the kernel starts. (default: this command's own)", valueName: "file"),
    completion: .file())
  var program: String?
  @Option(help: ArgumentHelp("The socket of the system's log.", valueName: "path"))
  var log = "/dev/log"
  @Flag(help: "Write no file under /etc/sysctl.d: until the machine starts again.")
  var untilReboot = false
  @OptionGroup var folder: CatchFolderOptions

  func validate() throws {
    guard (1...1_000_000).contains(perMinute), (1...1_000_000).contains(keep),
      (1...3600).contains(timeout), keepBytes.bytes > 0, keepCore.map({ $0.bytes > 0 }) ?? true
    else { throw ValidationError("Limits must be above 0, --timeout at most 3600.") }
    if redact, keepCore != nil {
      throw ValidationError("--redact goes with no --keep-core: a dump holds all memory.")
    }
  }

  func run() throws {
    let usual = folder.state == CatchFolder.usual
    let installation = CatchInstallation(
      folder: folder.state, bootFile: untilReboot ? nil : CatchInstallation.usualBootFile)
    let settings = try installation.telling {
      try installation.install(
        program: program ?? ownFile(),
        arguments: ["catch", "handle"] + (usual ? [] : ["-S", folder.state])
      ) {
        $0.limits.reportsPerMinute = perMinute
        $0.limits.reportsKept = keep
        $0.limits.bytesKept = keepBytes.bytes
        $0.limits.seconds = timeout
        $0.limits.dumpBytes = keepCore?.bytes ?? 0
        $0.redacts = redact
        $0.log = log
      }
    }
    try Output.standard.write(
      """
      every crash from now on is told: crashlab report --caught
      kernel.core_pattern was '\(printable(settings.former.corePattern))'; crashlab catch uninstall \
      brings it back

      """)
    if try CatchStatus(folder: folder.state).hindrances.contains(.noPidfd) {
      complain("note: \(CatchStatus.Hindrance.noPidfd.inWords)")
    }
  }

  private func ownFile() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
    defer { free(path) }
    return String(cString: path)
  }
}
