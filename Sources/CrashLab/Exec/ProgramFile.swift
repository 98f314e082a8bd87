internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// What a program's file tells before it is run: some programs are not what they are under trace,
/// or can't be told of.
struct ProgramFile: Equatable {
  enum Format: Equatable {
    case elf64, elf32
    /// A script, or what execve(2) will refuse by itself.
    case other
  }

  var path: String
  var format: Format
  /// Its owner, if it is to run as that user.
  var setUser: UInt32?
  /// Its group, if it is to run as that group.
  var setGroup: UInt32?

  /// Why it is not run under the laboratory's eyes; nil if nothing speaks against it.
  ///
  /// - `user`, `group`: whose rights the laboratory has. Root's tracing leaves a program its rights
  ///   (fs/exec.c, security/commoncap.c).
  func objection(user: UInt32, group: UInt32) -> ProgramObjection? {
    switch format {
    case .other: return nil
    case .elf32: return .is32Bit
    case .elf64: break
    }
    guard user != 0 else { return nil }
    if let setUser, setUser != user { return .setUser(setUser) }
    if let setGroup, setGroup != group { return .setGroup(setGroup) }
    return nil
  }
}

extension ProgramFile {
  /// The file that execvp(3) would run; nil if there is none that can be looked at.
  init?(named name: String) {
    for path in ProgramFile.candidates(name) {
      var status = stat()
      guard access(path, X_OK) == 0, stat(path, &status) == 0,
        status.st_mode & S_IFMT == S_IFREG
      else { continue }
      self.init(
        path: path, format: ProgramFile.format(of: path),
        setUser: status.st_mode & S_ISUID != 0 ? status.st_uid : nil,
        setGroup: status.st_mode & S_ISGID != 0 ? status.st_gid : nil)
      return
    }
    return nil
  }

  private static func candidates(_ name: String) -> [String] {
    if name.contains("/") { return [name] }
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
    return folders.split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? name : "\($0)/\(name)" }
  }

  private static func format(of path: String) -> Format {
    guard let file = try? FileSource(path) else { return .other }
    do throws(FileProblem) {
      _ = try ElfHeaders { file.read(at: $0, into: $1) }
      return .elf64
    } catch {
      return error == .is32Bit ? .elf32 : .other
    }
  }
}
