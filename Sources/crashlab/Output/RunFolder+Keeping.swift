import CrashLab
import CrashLabText

extension RunFolder {
  /// As it was typed, for a shell.
  static var ownCommandLine: String {
    (["crashlab"] + CommandLine.arguments.dropFirst()).map(shellQuoted).joined(separator: " ")
  }

  private static let much = 100 << 20
  /// To look at the files of more would take longer than to make a report.
  private static let many = 1000

  /// What to do about a folder of runs that has become large; nil as long as it is not.
  static func noteOfSize(_ root: String) -> String? {
    let runs = count(in: root)
    let advice = "crashlab report --delete-older-than 30d deletes old ones"
    if runs > many {
      return "\(grouped(runs)) reports are kept in \(printable(root)): \(advice)"
    }
    guard size(of: root, enough: much) > much else { return nil }
    return "the reports in \(printable(root)) take more than \(bytesInWords(much)): \(advice)"
  }
}
