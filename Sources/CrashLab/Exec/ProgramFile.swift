internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// What a program's file tells before it is run: some programs are not what they are under trace,
/// or can't be told of.
struct ProgramFile: Equatable {
  enum Format: Equatable {
    case elf64, elf32
    /// A script that this interpreter reads (execve(2)).
    case script(interpreter: String)
    /// What execve(2) will refuse by itself.
    case other
    /// It may be executed, but not read.
    case unreadable
  }

  var path: String
  var format: Format
  /// Its owner, if it is to run as that user.
  var setUser: UInt32?
  /// Its group, if it is to run as that group.
  var setGroup: UInt32?
  /// The capabilities that it gives (security.capability, the permitted ones).
  var capabilities: UInt64 = 0

  /// Why it is not run under the laboratory's eyes; nil if nothing speaks against it.
  func objection(to tracer: Tracer) -> ProgramObjection? {
    switch format {
    case .other, .script: nil
    case .unreadable: .unreadable
    case .elf32: .is32Bit
    case .elf64: withheld(by: tracer).map { .rights($0) }
    }
  }

  /// What the kernel does not give the program while it is traced (security/commoncap.c,
  /// cap_bprm_creds_from_file); nil if it is nothing.
  func withheld(by tracer: Tracer) -> ProgramRights? {
    if tracer.mayTraceAll || tracer.gainsNothing { return nil }
    if let setUser, setUser != tracer.user { return .user(setUser) }
    if let setGroup, setGroup != tracer.group { return .group(setGroup) }
    let gained = capabilities & tracer.bounding & ~tracer.permitted
    return gained == 0 ? nil : .capabilities(gained)
  }
}

extension ProgramFile {
  /// The file that execvp(3) would run, or the interpreter that reads it; nil if there is none that
  /// can be looked at.
  init?(named name: String) {
    guard let path = ProgramFile.candidates(name).first(where: ProgramFile.isExecutable) else {
      return nil
    }
    self.init(path: path)
    // The kernel follows as many (fs/exec.c, exec_binprm).
    for _ in 0..<5 {
      guard case .script(let interpreter) = format, ProgramFile.isExecutable(interpreter) else {
        return
      }
      self.init(path: interpreter)
    }
  }

  /// The file that a process runs; nil if it is gone.
  init?(of process: pid_t) {
    let path = "/proc/\(process)/exe"
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(path: path)
  }

  private init(path: String) {
    var status = stat()
    var system = statvfs()
    let isLooked = stat(path, &status) == 0
    // Of such a file system execve(2) takes no rights.
    let gives =
      isLooked && statvfs(path, &system) == 0 && system.f_flag & UInt(ST_NOSUID) == 0
    // Without the group's right to execute it means something else.
    let setGroupBits = S_ISGID | S_IXGRP
    self.init(
      path: path, format: ProgramFile.format(of: path),
      setUser: gives && status.st_mode & S_ISUID != 0 ? status.st_uid : nil,
      setGroup: gives && status.st_mode & setGroupBits == setGroupBits ? status.st_gid : nil,
      capabilities: gives ? ProgramFile.capabilities(of: path) : 0)
  }

  private static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 && stat(path, &status) == 0
      && status.st_mode & S_IFMT == S_IFREG
  }

  private static func candidates(_ name: String) -> [String] {
    if name.contains("/") { return [name] }
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
    return folders.split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? name : "\($0)/\(name)" }
  }

  private static func format(of path: String) -> Format {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno == EACCES ? .unreadable : .other }
    defer { close(descriptor) }
    // The kernel looks at as many bytes (BINPRM_BUF_SIZE).
    let header = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    return format(ofHeader: header)
  }

  static func format(ofHeader header: [UInt8]) -> Format {
    do throws(FileProblem) {
      _ = try ElfHeaders { offset, buffer in
        let part = header.dropFirst(Int(offset)).prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
      }
      return .elf64
    } catch {
      if error == .is32Bit { return .elf32 }
    }
    guard header.starts(with: [UInt8(ascii: "#"), UInt8(ascii: "!")]) else { return .other }
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let line = header.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
    let name = line.drop(while: isBlank).prefix { !isBlank($0) }
    return name.isEmpty ? .other : .script(interpreter: String(decoding: name, as: UTF8.self))
  }

  private static func capabilities(of path: String) -> UInt64 {
    let value = [UInt8](unsafeUninitializedCapacity: 24) { buffer, count in
      count = max(0, clab_observer_file_capabilities(path, buffer.baseAddress, buffer.count))
    }
    return capabilities(inAttribute: value)
  }

  /// The permitted set of struct vfs_cap_data (include/uapi/linux/capability.h); none if it is none.
  static func capabilities(inAttribute bytes: [UInt8]) -> UInt64 {
    func word(_ index: Int) -> UInt64 {
      (0..<4).reduce(0) { $0 | UInt64(bytes[4 * index + $1]) << UInt64(8 * $1) }
    }
    guard bytes.count >= 12 else { return 0 }
    let revision = word(0) >> 24
    if revision == 1 { return word(1) }
    return (2...3).contains(revision) && bytes.count >= 20 ? word(1) | word(3) << 32 : 0
  }
}
