package import CrashLabModel
internal import Glibc

/// Whether the machine's crashes are caught, and what hinders it.
package struct CatchStatus: Sendable, Equatable, Encodable {
  package enum Hindrance: String, Sendable, Equatable, Encodable {
    /// No handler was ever installed with this folder.
    case notInstalled = "not-installed"
    /// kernel.core_pattern is another one now.
    case patternReplaced = "pattern-replaced"
    /// kernel.core_pipe_limit is 0: the process is gone before it can be looked at.
    case noPipeLimit = "no-pipe-limit"
    /// fs.suid_dumpable is 0: programs with more rights than their user are not told.
    case setUserNotDumped = "set-user-not-dumped"
    case programMissing = "program-missing"
    case programChangeable = "program-changeable"
    /// This process is in a container: the settings are of the machine.
    case inContainer = "in-container"
    /// RLIMIT_CORE of 1 byte, which programs started from here inherit: the kernel starts no handler.
    case coreLimitOfOne = "core-limit-of-one"
    case logMissing = "log-missing"
    /// The settings do not come back when the machine starts.
    case notPersistent = "not-persistent"
    /// The kernel hands over no descriptor of the process that crashes.
    case noPidfd = "no-pidfd"
  }

  package var schemaVersion = 1
  package var isInstalled: Bool
  package var corePattern: String
  package var corePipeLimit: Int
  package var setUserDumpable: Int
  package var folder: String
  @Nullable package var formerPattern: String?
  @Nullable package var limits: CatchSettings.Limits?
  /// Reports leave out what may be secret; null if no handler was installed.
  @Nullable package var redacts: Bool?
  package var reports: Int
  /// Bytes of reports and dumps.
  package var bytes: Int
  package var caught: Int
  package var dropped: Int
  package var failed: Int
  package var hindrances: [Hindrance]

  /// As it is now.
  ///
  /// - Throws: SystemError if the kernel's settings or the folder can't be read.
  package init(folder path: String = CatchFolder.usual) throws {
    let kernel = try KernelSettings()
    let folder: CatchFolder?
    do throws(SystemError) { folder = try CatchFolder(path) } catch {
      guard error.code == ENOENT else { throw error }
      folder = nil
    }
    let settings = try folder?.settings()
    let counts = folder.map { CatchCounts.read(in: $0) } ?? CatchCounts()
    let reports = CaughtReports(in: "\(path)/reports")
    isInstalled = settings != nil && settings?.installed.corePattern == kernel.corePattern
    corePattern = kernel.corePattern
    corePipeLimit = kernel.corePipeLimit
    setUserDumpable = kernel.setUserDumpable
    self.folder = path
    self.reports = reports.names.count
    bytes = reports.bytes
    caught = counts.reports
    dropped = counts.dropped
    failed = counts.failed
    hindrances = CatchStatus.hindrances(Facts(settings, kernel))
    _formerPattern = Nullable(wrappedValue: settings?.former.corePattern)
    _limits = Nullable(wrappedValue: settings?.limits)
    _redacts = Nullable(wrappedValue: settings.map { $0.redacts == true })
  }

  /// What decides whether crashes are caught.
  struct Facts {
    /// Nil: no handler was installed.
    var settings: CatchSettings?
    var kernel: KernelSettings
    /// Major and minor.
    var kernelVersion: (Int, Int)
    /// To the handler's program.
    var objection: CatchInstallation.Objection?
    /// RLIMIT_CORE of this process.
    var coreLimit: UInt64?
    var hasLog: Bool
    var hasBootFile: Bool
  }

  /// Linux 6.16 hands over a pidfd (%F of core(5)); before, the word stays empty.
  private static let firstWithPidfd = (6, 16)

  /// Pure.
  static func hindrances(_ facts: Facts) -> [Hindrance] {
    guard let settings = facts.settings else { return [.notInstalled] }
    var found: [Hindrance] = []
    if facts.kernel.corePattern != settings.installed.corePattern { found.append(.patternReplaced) }
    if facts.kernel.corePipeLimit == 0 { found.append(.noPipeLimit) }
    if facts.kernel.setUserDumpable == 0 { found.append(.setUserNotDumped) }
    switch facts.objection {
    case .missing?: found.append(.programMissing)
    case .changeable?: found.append(.programChangeable)
    case .inContainer?: found.append(.inContainer)
    case nil: break
    }
    if facts.coreLimit == 1 { found.append(.coreLimitOfOne) }
    if !facts.hasLog { found.append(.logMissing) }
    if !facts.hasBootFile { found.append(.notPersistent) }
    if facts.kernelVersion < firstWithPidfd { found.append(.noPidfd) }
    return found
  }
}

extension CatchStatus.Facts {
  /// As they are now.
  fileprivate init(_ settings: CatchSettings?, _ kernel: KernelSettings) {
    self.settings = settings
    self.kernel = kernel
    kernelVersion = Machine.current(trying: false).kernelVersion
    objection = settings.flatMap { CatchInstallation.objection(to: $0.program) }
    var limit = rlimit()
    let isKnown = getrlimit(__rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue)), &limit) == 0
    coreLimit = isKnown ? UInt64(limit.rlim_cur) : nil
    hasLog = settings.map { access($0.log, F_OK) == 0 } ?? false
    hasBootFile = settings?.bootFile.map { access($0, F_OK) == 0 } ?? false
  }
}

extension CaughtReports {
  /// Of reports and dumps.
  package var bytes: Int {
    RunFolder.entries(of: path).reduce(0) { sum, name in
      var status = stat()
      let isThere = lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      return isThere ? sum + Int(status.st_size) : sum
    }
  }
}
