package import CrashLabModel
internal import Glibc

/// The kernel's settings that decide what becomes of a crash (core(5)).
package struct KernelSettings: Sendable, Equatable, Codable {
  /// kernel.core_pattern.
  package var corePattern: String
  /// kernel.core_pipe_limit: so many handlers run at a time, and the kernel keeps /proc/PID for them; 0:
  /// it keeps nothing.
  package var corePipeLimit: Int
  /// fs.suid_dumpable: 2: what had more rights than its user is dumped too, for root.
  package var setUserDumpable: Int

  package static let corePatternFile = "/proc/sys/kernel/core_pattern"
  private static let corePipeLimitFile = "/proc/sys/kernel/core_pipe_limit"
  private static let setUserDumpableFile = "/proc/sys/fs/suid_dumpable"
  /// CORENAME_MAX_SIZE (fs/coredump.c), with its zero byte.
  package static let mostPatternBytes = 128

  package init(corePattern: String, corePipeLimit: Int, setUserDumpable: Int) {
    self.corePattern = corePattern
    self.corePipeLimit = corePipeLimit
    self.setUserDumpable = setUserDumpable
  }

  /// As they are now.
  package init() throws(SystemError) {
    func text(_ path: String) throws(SystemError) -> String {
      guard let text = readSmallFile(path) else { throw SystemError("read", path) }
      return String(text.prefix { $0 != "\n" })
    }
    corePattern = try text(KernelSettings.corePatternFile)
    corePipeLimit = Int(try text(KernelSettings.corePipeLimitFile)) ?? 0
    setUserDumpable = Int(try text(KernelSettings.setUserDumpableFile)) ?? 0
  }

  /// Sets what differs from the settings as they are. The pattern comes last: what it starts finds the
  /// others.
  package func set() throws(SystemError) {
    let now = try KernelSettings()
    if now.setUserDumpable != setUserDumpable {
      try KernelSettings.write("\(setUserDumpable)", to: KernelSettings.setUserDumpableFile)
    }
    if now.corePipeLimit != corePipeLimit {
      try KernelSettings.write("\(corePipeLimit)", to: KernelSettings.corePipeLimitFile)
    }
    if now.corePattern != corePattern {
      try KernelSettings.write(corePattern, to: KernelSettings.corePatternFile)
    }
    let after = try KernelSettings()
    guard after == self else {
      throw SystemError("write", KernelSettings.corePatternFile, code: EINVAL)
    }
  }

  private static func write(_ text: String, to path: String) throws(SystemError) {
    let descriptor = try system("open", path) { open(path, O_WRONLY | O_CLOEXEC) }
    defer { close(descriptor) }
    let line = text + "\n"
    try system("write", path) { Glibc.write(descriptor, line, line.utf8.count) }
  }
}
