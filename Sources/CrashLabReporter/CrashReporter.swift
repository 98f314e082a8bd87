internal import CReporter
internal import Glibc

/// Tells how this program crashes, when it does, and lets it die as it would have.
///
///     try CrashReporter.install()
///
/// early in main gives every thread that is made afterwards by pthread_create (Dispatch's, Swift's,
/// those of libraries) an alternate signal stack with a guard, and takes over the signals of a crash,
/// also from Swift's backtracer. The report is made by the crashlab command, if it is installed;
/// else a short one by the handler itself.
public enum CrashReporter {
  /// Where a report goes.
  public enum Destination: Sendable {
    /// Words, to standard error.
    case standardError
    /// JSON, in a folder of its own for each crash below this one, an absolute path. The latest
    /// hundred are kept; `crashlab report --output PATH` lists them.
    case folder(String)
    /// A closure gets the JSON that `crashlab exec --format json` prints. It runs in another process:
    /// this program, executed anew with the same arguments and environment. There `install` calls
    /// the closure and ends the process, so call it before anything that must not be done twice. It
    /// may take ten seconds.
    case closure(@Sendable (_ report: String) -> Void)
  }

  public struct Configuration: Sendable {
    /// Nil: what CRASHLAB_REPORT says in the environment (`stderr`, `folder:/PATH`, `off`), else
    /// standard error.
    public var destination: Destination?
    /// Also takes over signals that have a handler: Swift's backtracer has one for each.
    public var replacesHandlers = true

    /// Leaves out what may be secret: arguments, texts in memory, numbers in registers, source lines.
    /// CRASHLAB_REDACT=1 in the environment asks for it too.
    public var redacts = false

    public init(
      destination: Destination? = nil, replacesHandlers: Bool = true, redacts: Bool = false
    ) {
      self.destination = destination
      self.replacesHandlers = replacesHandlers
      self.redacts = redacts
    }
  }

  /// Why the reporter is not installed.
  public enum Refusal: Error, Sendable, Equatable {
    case installedAlready
    /// Not an absolute path, or too long.
    case badDestination
    /// CRASHLAB_REPORT is `off` in the environment, and the configuration names no destination.
    case off
    /// The program gets rights by its file (set-user-ID).
    case privileged
    /// An errno.
    case system(Int32)
  }

  /// Installs the reporter for this process.
  ///
  /// Threads that live already, other than the calling one, get no alternate stack: see
  /// ``coverThread()``.
  public static func install(_ configuration: Configuration = .init()) throws(Refusal) {
    if getenv("CRASHLAB_TAKES_REPORT") != nil { takeReport(configuration.destination) }
    let flags =
      (configuration.replacesHandlers ? CLAB_REPORT_REPLACE_HANDLERS.rawValue : 0)
      | (configuration.redacts ? CLAB_REPORT_REDACT.rawValue : 0)
    let error: CInt
    switch configuration.destination {
    case nil: error = clab_report_crashes(nil, flags)
    case .standardError: error = clab_report_crashes("stderr", flags)
    case .folder(let path): error = clab_report_crashes("folder:\(path)", flags)
    case .closure: error = clab_report_crashes("closure", flags)
    }
    switch error {
    case 0: break
    case EALREADY: throw .installedAlready
    case EINVAL: throw .badDestination
    case ECANCELED: throw .off
    case EPERM: throw .privileged
    default: throw .system(error)
    }
  }

  /// Gives the calling thread an alternate stack, unless it has one: for threads that were made
  /// before the reporter was installed.
  public static func coverThread() throws(Refusal) {
    let error = clab_report_crashes_of_thread()
    if error != 0 { throw .system(error) }
  }

  /// In the program that was executed anew. It never goes on as a second program.
  private static func takeReport(_ destination: Destination?) -> Never {
    unsetenv("CRASHLAB_TAKES_REPORT")  // what the closure starts is none of this
    guard case .closure(let body) = destination else { exit(EX_SOFTWARE) }
    var bytes: [UInt8] = []
    while true {
      let chunk = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
        count = max(0, read(STDIN_FILENO, buffer.baseAddress, buffer.count))
      }
      if chunk.isEmpty { break }
      bytes += chunk
    }
    body(String(decoding: bytes, as: UTF8.self))
    exit(0)
  }
}
