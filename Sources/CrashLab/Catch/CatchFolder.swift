package import CrashLabModel
internal import Glibc

/// The folder of the core handler: its settings, its counts, its reports. It is root's, and everybody may
/// look into it; a report is for root and the user whose process crashed.
///
/// It is held open: nothing is found by a path that somebody else may change.
package final class CatchFolder: Sendable {
  package let path: String
  let descriptor: CInt

  package static let usual = "/var/lib/crashlab"
  private static let settingsName = "catch.json"

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  package convenience init(_ path: String) throws(SystemError) {
    let descriptor = try system("open", path) {
      open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    self.init(path: path, descriptor: descriptor)
    try mustBeOwn(descriptor, path)
  }

  /// Makes it, if it is not there, and the folders above it.
  package static func make(_ path: String) throws(SystemError) -> CatchFolder {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, 0o755) == 0 { chmod(made, 0o755) }
    }
    let folder = try CatchFolder(path)
    let reports = "reports"
    if mkdirat(folder.descriptor, reports, 0o755) == 0 {
      fchmodat(folder.descriptor, reports, 0o755, 0)
    }
    return folder
  }

  /// Nobody but its owner, who is this process's user or root, may change it.
  private func mustBeOwn(_ descriptor: CInt, _ path: String) throws(SystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_uid == 0 || status.st_uid == geteuid(),
      status.st_mode & 0o022 == 0
    else { throw SystemError("open", path, code: EPERM) }
  }

  /// The folder of the reports, open.
  func openReports() throws(SystemError) -> CInt {
    let reports = try system("open", reportsPath) {
      openat(descriptor, "reports", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    do throws(SystemError) { try mustBeOwn(reports, reportsPath) } catch {
      close(reports)
      throw error
    }
    return reports
  }

  package var reportsPath: String { "\(path)/reports" }

  /// Nil if the handler was not installed with this folder.
  package func settings() throws -> CatchSettings? {
    guard let text = try readFileIfThere(CatchFolder.settingsName, in: descriptor) else {
      return nil
    }
    return try JSON.value(CatchSettings.self, from: Array(text.utf8))
  }

  package func save(_ settings: CatchSettings) throws {
    try replaceWhole(
      JSON.text(of: settings) + "\n", in: descriptor, name: CatchFolder.settingsName)
    fchmodat(descriptor, CatchFolder.settingsName, 0o644, 0)
  }

  package func deleteSettings() { unlinkat(descriptor, CatchFolder.settingsName, 0) }
}
