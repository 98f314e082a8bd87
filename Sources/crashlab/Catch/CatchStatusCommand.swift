import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabText

struct CatchStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tell whether crashes are caught, and what hinders it.")

  @Option(help: "How to write it: text or json.") var format: TextOrJSON = .text
  @OptionGroup var folder: CatchFolderOptions

  func run() throws {
    let status = try CatchStatus(folder: folder.state)
    try Output.standard.write(
      format == .json ? JSON.text(of: status) + "\n" : text(of: status))
    if !status.isInstalled { throw ExitCode(1) }
  }

  private func text(of status: CatchStatus) -> String {
    var lines = [
      status.isInstalled
        ? "crashes are caught; before, kernel.core_pattern was "
          + "'\(printable(status.formerPattern ?? ""))'"
        : "crashes are not caught: kernel.core_pattern is '\(printable(status.corePattern))'"
    ]
    if let limits = status.limits {
      lines.append(
        "limits: \(limits.reportsPerMinute) reports a minute, \(limits.seconds) s each, "
          + "\(grouped(limits.reportsKept)) kept in at most \(bytesInWords(limits.bytesKept))"
          + (limits.dumpBytes > 0
            ? "; dumps are kept up to \(bytesInWords(limits.dumpBytes)) each" : ""))
    }
    if status.redacts == true { lines.append("reports leave out what may be secret") }
    lines.append(
      "\(grouped(status.reports)) reports in \(printable(status.folder))/reports, "
        + "\(bytesInWords(status.bytes)); \(grouped(status.caught)) caught, "
        + "\(grouped(status.dropped)) dropped, \(grouped(status.failed)) failed")
    lines += status.hindrances.filter { $0 != .notInstalled }.map { "note: \($0.inWords)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
