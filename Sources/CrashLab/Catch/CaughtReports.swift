package import CrashLabModel
internal import Glibc

/// The reports of a machine's crashes: a file each, in one folder.
package struct CaughtReports {
  package let path: String

  package init(in folder: String) { path = folder }

  /// A report, and the name that it has.
  package struct Report {
    package var name: String
    package var file: TrialFile
  }

  /// The names of reports, oldest first, whether they may be read or not.
  package var names: [String] {
    RunFolder.entries(of: path).compactMap { CaughtReports.name(of: $0) }.sorted()
  }

  /// Reads one after the other those that this user may read.
  ///
  /// - Returns: how many are for others, and what is wrong with those that can't be read.
  package func visit(
    _ body: (Report) throws -> Void
  ) rethrows -> (foreign: Int, broken: [String]) {
    var foreign = 0
    var broken: [String] = []
    for name in names {
      let file: TrialFile
      do {
        file = try read(name)
      } catch let error as SystemError where error.code == EACCES {
        foreign += 1
        continue
      } catch let error as SystemError where error.code == ENOENT {
        continue  // deleted meanwhile, to make room
      } catch {
        broken.append("\(printable(name)): \(printable("\(error)"))")
        continue
      }
      try body(Report(name: name, file: file))
    }
    return (foreign, broken)
  }

  package func read(_ name: String) throws -> TrialFile {
    guard CaughtReports.name(of: name + CaughtReports.ending) != nil else {
      throw SystemError("open", name, code: ENOENT)
    }
    return try RunFolder.read("\(path)/\(name)\(CaughtReports.ending)")
  }

  /// The report's name of its file's; nil for other files.
  static func name(of file: String) -> String? {
    guard file.hasSuffix(ending) else { return nil }
    let name = String(file.dropLast(ending.count))
    return RunFolder.isNameOfRun(name) ? name : nil
  }

  static let ending = ".json"
  /// Of a packed dump.
  static let dumpEnding = ".core.zst"
}

// MARK: - Writing

extension CaughtReports {
  /// Makes a file that was not there; what somebody may have put under its name is never opened.
  ///
  /// - Returns: the report's name, and the file, open for writing.
  static func create(
    of notice: CrashNotice, in directory: CInt, ending: String
  ) throws(SystemError) -> (name: String, file: CInt) {
    let start = RunFolder.startingName(process: notice.process, at: notice.time)
    for number in 1...100 {
      let name = number == 1 ? start : "\(start)-\(number)"
      let file = openat(
        directory, ".\(name)\(ending)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      if file >= 0, faccessat(directory, name + ending, F_OK, AT_SYMLINK_NOFOLLOW) == 0 {
        close(file)
        unlinkat(directory, ".\(name)\(ending)", 0)
        continue
      }
      if file >= 0 { return (name, file) }
      if errno != EEXIST { break }
    }
    throw SystemError("open", start)
  }

  /// Writes a report for root and one other user.
  ///
  /// - Returns: its name.
  static func save(
    _ report: [UInt8], of notice: CrashNotice, in directory: CInt
  ) throws(SystemError) -> String {
    let (name, file) = try create(of: notice, in: directory, ending: ending)
    do throws(SystemError) {
      defer { close(file) }
      var rest = report[...]
      while !rest.isEmpty {
        let count = try system("write", name) {
          rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        }
        rest = rest.dropFirst(count)
      }
      try publish(file, name, of: notice, in: directory, ending: ending)
    } catch {
      unlinkat(directory, ".\(name)\(ending)", 0)
      throw error
    }
    return name
  }

  /// Gives a whole file to its reader and its name.
  static func publish(
    _ file: CInt, _ name: String, of notice: CrashNotice, in directory: CInt, ending: String
  ) throws(SystemError) {
    if let reader = notice.reader {
      try system("fchown", name) { fchown(file, reader.user, reader.group) }
    }
    try system("rename", name) {
      renameat(directory, ".\(name)\(ending)", directory, name + ending)
    }
  }

  /// Deletes the oldest until there are few enough, and what was begun an hour ago and never ended.
  static func prune(in directory: CInt, path: String, to limits: CatchSettings.Limits) {
    var files: [(name: String, size: Int)] = []
    let now = time(nil)
    for name in RunFolder.entries(of: path).sorted() {
      let isReport = CaughtReports.name(of: name) != nil
      let isDump =
        name.hasSuffix(dumpEnding)
        && RunFolder.isNameOfRun(String(name.dropLast(dumpEnding.count)))
      let isBegun = name.hasPrefix(".") && (name.hasSuffix(ending) || name.hasSuffix(dumpEnding))
      var status = stat()
      guard isReport || isDump || isBegun,
        fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0
      else { continue }
      if isBegun {
        if now - status.st_mtim.tv_sec > 3600 { unlinkat(directory, name, 0) }
      } else {
        files.append((name, Int(status.st_size)))
      }
    }
    var bytes = files.reduce(0) { $0 + $1.size }
    var count = files.count { $0.name.hasSuffix(ending) }
    for file in files where count > limits.reportsKept || bytes > limits.bytesKept {
      unlinkat(directory, file.name, 0)
      bytes -= file.size
      if file.name.hasSuffix(ending) { count -= 1 }
    }
  }
}
