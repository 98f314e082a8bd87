internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Sets the kernel's core handler, and puts back what was there before.
package struct CatchInstallation {
  private let folder: String
  private let bootFile: String?

  /// - Parameters:
  ///   - folder: of the handler.
  ///   - bootFile: is written so that the settings come back when the machine starts; nil: none is.
  package init(
    folder: String = CatchFolder.usual, bootFile: String? = CatchInstallation.usualBootFile
  ) {
    self.folder = folder
    self.bootFile = bootFile
  }

  /// After that of systemd-coredump (50-coredump.conf), as sysctl.d(5) orders them.
  package static let usualBootFile = "/etc/sysctl.d/60-crashlab.conf"
  /// How many handlers run at a time.
  private static let pipeLimit = 16

  package enum Failure: Error, Sendable, Equatable {
    /// A path can't be told to the kernel: it has blanks or percent signs, or is not absolute.
    case unusablePath(String)
    /// The pattern would have more bytes than the kernel takes.
    case patternTooLong(bytes: Int, most: Int)
    case objection(Objection)
    /// There is no handler of this folder.
    case notInstalled
    /// Somebody has set another pattern since.
    case replaced(by: String)
    /// The compressor is not installed.
    case noPacker(String)
  }

  /// What speaks against a file as a program that the kernel starts as root.
  package enum Objection: Sendable, Equatable {
    case missing(String)
    /// Somebody but root may change this.
    case changeable(String)
    /// The kernel would not find it: this process is in a container, or has another root.
    case inContainer
  }

  // MARK: - Doing it

  /// - Parameters:
  ///   - program: the handler's file.
  ///   - arguments: of it, before the kernel's own.
  ///   - configure: changes the settings from what they are by default.
  /// - Throws: Failure, SystemError.
  package func install(
    program: String, arguments: [String], _ configure: (inout CatchSettings) -> Void
  ) throws -> CatchSettings {
    for path in [program, folder] + arguments {
      guard path.hasPrefix("/") || arguments.contains(path),
        !path.contains(where: { $0.isWhitespace || $0 == "%" })
      else {
        throw Failure.unusablePath(path)
      }
    }
    if let objection = CatchInstallation.objection(to: program) {
      throw Failure.objection(objection)
    }
    let pattern =
      "|" + ([program] + arguments + [CrashNotice.pattern]).joined(separator: " ")
    guard pattern.utf8.count < KernelSettings.mostPatternBytes else {
      throw Failure.patternTooLong(
        bytes: pattern.utf8.count, most: KernelSettings.mostPatternBytes - 1)
    }
    let now = try KernelSettings()
    let directory = try CatchFolder.make(folder)
    let before = try directory.settings()
    let isOwn = before?.installed.corePattern == now.corePattern
    var settings = CatchSettings(
      program: program, former: isOwn ? before?.former ?? now : now,
      installed: KernelSettings(
        corePattern: pattern,
        corePipeLimit: max(isOwn ? 0 : now.corePipeLimit, CatchInstallation.pipeLimit),
        setUserDumpable: 2))
    settings.bootFile = bootFile
    configure(&settings)
    if settings.limits.dumpBytes > 0, !CatchInstallation.isInPath(DumpPacking.program) {
      throw Failure.noPacker(DumpPacking.program)
    }
    // What uninstalling needs is there before anything is changed.
    try directory.save(settings)
    try settings.installed.set()
    if let bootFile {
      try writeWhole(settings.bootText, to: bootFile)
      chmod(bootFile, 0o644)
    }
    return settings
  }

  /// Puts back exactly what was there before.
  ///
  /// - Throws: Failure, SystemError.
  package func uninstall() throws -> CatchSettings {
    let directory: CatchFolder
    do throws(SystemError) { directory = try CatchFolder(folder) } catch {
      if error.code == ENOENT { throw Failure.notInstalled }
      throw error
    }
    guard let settings = try directory.settings() else { throw Failure.notInstalled }
    let now = try KernelSettings()
    guard now.corePattern == settings.installed.corePattern else {
      throw Failure.replaced(by: now.corePattern)
    }
    var former = settings.former
    // What somebody else has changed since is theirs.
    if now.corePipeLimit != settings.installed.corePipeLimit {
      former.corePipeLimit = now.corePipeLimit
    }
    if now.setUserDumpable != settings.installed.setUserDumpable {
      former.setUserDumpable = now.setUserDumpable
    }
    try former.set()
    if let file = settings.bootFile,
      (try? readRegularFile(file, atMost: 64 << 10)) == Array(settings.bootText.utf8)
    {
      unlink(file)
    }
    directory.deleteSettings()
    return settings
  }

  // MARK: - Whether it can work

  /// Whoever may change the program, or a folder on its way, is root from the next crash on.
  package static func objection(to program: String) -> Objection? {
    if link("/proc/self/ns/pid") != "pid:[4026531836]" { return .inContainer }
    guard let real = realpath(program, nil) else { return .missing(program) }
    defer { free(real) }
    for path in [program, String(cString: real)] {
      var part = ""
      for name in [""] + path.split(separator: "/").map(String.init) {
        part = part == "/" || part.isEmpty ? "/\(name)" : "\(part)/\(name)"
        var status = stat()
        guard lstat(part, &status) == 0 else { return .missing(part) }
        let mode = status.st_mode
        if mode & S_IFMT == S_IFLNK { continue }
        // In a folder with the sticky bit only the owner of a file can replace it.
        let isSticky = mode & S_IFMT == S_IFDIR && mode & S_ISVTX != 0
        if status.st_uid != 0 || mode & 0o022 != 0 && !isSticky { return .changeable(part) }
      }
    }
    guard access(program, X_OK) == 0 else { return .missing(program) }
    return [program, String(cString: real)].allSatisfy(isAsTheKernelSeesIt) ? nil : .inContainer
  }

  /// Whether a path leads to the same file from the root of the kernel's own threads, which start
  /// the program (kernel/umh.c), and not only from this process's root. True where nobody may ask.
  private static func isAsTheKernelSeesIt(_ path: String) -> Bool {
    var own = stat()
    var theirs = stat()
    // Process 2 is kthreadd: the namespace is the machine's.
    if lstat("/proc/2/root\(path)", &theirs) != 0 { return errno != ENOENT && errno != ENOTDIR }
    return lstat(path, &own) == 0 && own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino
  }

  private static func link(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      let count = readlink(path, buffer.baseAddress!, buffer.count - 1)
      guard count > 0 else { return nil }
      buffer[count] = 0
      return String(cString: buffer.baseAddress!)
    }
  }

  private static func isInPath(_ program: String) -> Bool {
    ["/usr/local/bin", "/usr/bin", "/bin"].contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}

extension CatchSettings {
  /// For sysctl.d(5).
  var bootText: String {
    """
    kernel.core_pipe_limit = \(installed.corePipeLimit)
    kernel.core_pattern = \(installed.corePattern)
    fs.suid_dumpable = \(installed.setUserDumpable)

    """
  }
}
