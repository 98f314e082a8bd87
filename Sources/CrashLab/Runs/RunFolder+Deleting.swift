internal import CrashLabModel
internal import Glibc

/// How much run folders hold, and the deletion of old ones.
extension RunFolder {
  /// What became of a run that was to be deleted.
  package struct Deletion {
    /// The names of the runs that are gone.
    package var deleted: [String] = []
    /// Bytes in their files.
    package var bytes = 0
    /// The paths of old runs in which something is left: files that are no reports, or that may not
    /// be deleted.
    package var left: [String] = []
  }

  /// How many runs there are.
  package static func count(in root: String) -> Int { list(in: root).count(where: isNameOfRun) }

  /// Bytes in the files of all runs.
  ///
  /// - Parameter enough: the count may stop once it has passed this.
  package static func size(of root: String, enough: Int = .max) -> Int {
    var sum = 0
    for name in list(in: root) where isNameOfRun(name) {
      guard let directory = open(name, in: root) else { continue }
      defer { close(directory) }
      for file in entries(of: "\(root)/\(name)") {
        sum += regularFile(file, in: directory).map { Int($0.st_size) } ?? 0
        if sum > enough { return sum }
      }
    }
    return sum
  }

  /// Deletes the runs of which no file was written for so long. A run's own files are deleted and
  /// nothing else: what somebody has put beside them stays, and its folder with it. Links are not
  /// followed.
  ///
  /// - Parameter age: seconds.
  /// - Throws: if the root is there and can't be read.
  package static func delete(olderThan age: Int, in root: String) throws(SystemError) -> Deletion {
    var deletion = Deletion()
    if access(root, R_OK | X_OK) != 0 {
      if errno == ENOENT { return deletion }
      throw SystemError("open", root)
    }
    let now = time(nil)
    for name in list(in: root) where isNameOfRun(name) {
      guard let directory = open(name, in: root) else { continue }
      defer { close(directory) }
      var status = stat()
      guard fstat(directory, &status) == 0, now - status.st_mtim.tv_sec > age else { continue }
      delete(name, directory, in: root, &deletion)
    }
    return deletion
  }

  /// Deletes all runs but the latest, as far as this process may.
  package static func keepLatest(_ count: Int, in root: String) {
    var deletion = Deletion()
    for name in list(in: root).filter(isNameOfRun).dropLast(count) {
      guard let directory = open(name, in: root) else { continue }
      defer { close(directory) }
      delete(name, directory, in: root, &deletion)
    }
  }

  private static func delete(
    _ name: String, _ directory: CInt, in root: String, _ deletion: inout Deletion
  ) {
    for file in entries(of: "\(root)/\(name)") where isOwnFile(file) {
      guard let status = regularFile(file, in: directory), unlinkat(directory, file, 0) == 0
      else { continue }
      deletion.bytes += Int(status.st_size)
    }
    if rmdir("\(root)/\(name)") == 0 {
      deletion.deleted.append(name)
    } else {
      deletion.left.append("\(root)/\(name)")
    }
  }

  /// `2026-11-24T07.30.00-1234`, as `create` makes it, with a number after it or not.
  static func isNameOfRun(_ name: String) -> Bool {
    let form = Array("0000-00-00T00.00.00-".utf8)
    let bytes = Array(name.utf8)
    guard bytes.count > form.count else { return false }
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    return zip(bytes, form).allSatisfy { isDigit($1) ? isDigit($0) : $0 == $1 }
      && bytes[form.count...].allSatisfy { isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  /// A report, one that was being written, or the command line.
  private static func isOwnFile(_ name: String) -> Bool {
    name.hasSuffix(".json") || (name.hasPrefix(".") && name.hasSuffix(".partial"))
      || name == nameOfCommandLine
  }

  private static func open(_ name: String, in root: String) -> CInt? {
    let directory = Glibc.open("\(root)/\(name)", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    return directory < 0 ? nil : directory
  }

  private static func regularFile(_ name: String, in directory: CInt) -> stat? {
    var status = stat()
    let isThere = fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    return isThere && status.st_mode & S_IFMT == S_IFREG ? status : nil
  }
}
