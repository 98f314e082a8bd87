internal import CrashLabModel
internal import Glibc

/// A system call that failed: which, on what, and why.
public struct SystemError: Error, CustomStringConvertible, Sendable {
  /// The call, as its manual page is named: `open`, `fork`.
  public var call: String
  /// What it was called on, or an empty string.
  public var subject: String
  public var code: CInt
  /// What a user can do about it; an empty string: what helps against this error in general.
  public var advice: String

  /// - `code`: an errno; nil for the calling thread's.
  public init(_ call: String, _ subject: String = "", code: CInt? = nil, advice: String = "") {
    self.code = code ?? errno
    self.call = call
    self.subject = subject
    self.advice = advice
  }

  /// The kernel or a sandbox does not permit it.
  package var isRefusal: Bool { code == EPERM || code == EACCES || code == ENOSYS }

  /// The machine could do it, but is out of something.
  package var isWant: Bool { code == EMFILE || code == ENFILE || code == ENOMEM }

  public var description: String {
    let on = subject.isEmpty ? "" : " \(subject)"
    let advice = advice.isEmpty ? generalAdvice : advice
    let hint = advice.isEmpty ? "" : ": \(advice)"
    return "\(call)\(on): \(String(cString: strerror(code)))\(hint)"
  }
}

extension SystemError {
  private var generalAdvice: String {
    switch code {
    case EMFILE: "raise the limit of open files (ulimit -n), or run fewer --jobs"
    case ENFILE: "the whole machine has too many files open"
    case ENOMEM: "free some memory, or run fewer --jobs"
    case EAGAIN:
      "the limit of processes is reached (ulimit -u, or the container's): run fewer --jobs"
    case ENOSPC, EDQUOT: "the disk is full"
    case EROFS: "the file system is read-only"
    case ENOSYS, EPERM:
      "the kernel is too old for it, or a sandbox forbids it; `crashlab doctor` tells more"
    default: ""
    }
  }
}

/// The one door to errno: the value of a system call, or the error that it met.
///
/// - Parameter retryOnInterrupt: calls again when a signal came between (EINTR).
@discardableResult
package func system<Value: SignedInteger>(
  _ call: String, _ subject: @autoclosure () -> String = "", retryOnInterrupt: Bool = true,
  _ body: () -> Value
) throws(SystemError) -> Value {
  while true {
    let value = body()
    if value >= 0 { return value }
    if errno == EINTR && retryOnInterrupt { continue }
    throw SystemError(call, subject())
  }
}
