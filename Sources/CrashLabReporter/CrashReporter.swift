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
  public enum Destination: Sendable, Equatable {
    /// Words, to standard error.
    case standardError
    /// JSON, in a folder of its own for each crash below this one, an absolute path. The latest
    /// hundred are kept; `crashlab report --output PATH` lists them.
    case folder(String)
  }

  public struct Configuration: Sendable, Equatable {
    /// Nil: what CRASHLAB_REPORT says in the environment (`stderr`, `folder:/PATH`, `off`), else
    /// standard error.
    public var destination: Destination?
    /// Also takes over signals that have a handler: Swift's backtracer has one for each.
    public var replacesHandlers = true

    public init(destination: Destination? = nil, replacesHandlers: Bool = true) {
      self.destination = destination
      self.replacesHandlers = replacesHandlers
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
    let flags =
      configuration.replacesHandlers ? CLAB_REPORT_REPLACE_HANDLERS.rawValue : 0
    let error: CInt
    switch configuration.destination {
    case nil: error = clab_report_crashes(nil, flags)
    case .standardError: error = clab_report_crashes("stderr", flags)
    case .folder(let path): error = clab_report_crashes("folder:\(path)", flags)
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
}
