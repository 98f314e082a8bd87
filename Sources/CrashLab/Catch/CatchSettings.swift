internal import CrashLabModel

/// What the core handler may take, and what was there before it: a file of the folder.
package struct CatchSettings: Sendable, Equatable, Codable {
  package var schemaVersion = 1
  /// The handler's file, as core_pattern names it.
  package var program: String
  /// As they were before the handler came.
  package var former: KernelSettings
  /// As the handler has set them.
  package var installed: KernelSettings
  package var limits = Limits()
  /// Sets the kernel up when the machine starts; null if there is none.
  @Nullable package var bootFile: String?
  /// Reports leave out what may be secret; null in settings of an older version: they do not.
  @Nullable package var redacts: Bool?
  /// The socket that takes lines for the system's log.
  package var log = "/dev/log"

  package struct Limits: Sendable, Equatable, Codable {
    package var reportsPerMinute = 60
    /// Reports that are kept; the oldest are deleted.
    package var reportsKept = 1000
    /// Bytes of reports and dumps that are kept.
    package var bytesKept = 1 << 30
    /// For one report.
    package var seconds = 30
    /// Address space for one report, bytes.
    package var memory = 4 << 30
    /// Bytes of a packed dump; 0: dumps are not kept.
    package var dumpBytes = 0

    package init() {}
  }

  package init(program: String, former: KernelSettings, installed: KernelSettings) {
    self.program = program
    self.former = former
    self.installed = installed
  }
}
