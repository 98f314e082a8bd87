public import CrashLabModel
internal import Glibc

extension SystemError: CustomStringConvertible {
  /// Of the calling thread's errno.
  package init(_ call: String, _ subject: String = "", for purpose: Purpose? = nil) {
    self.init(call, subject, code: errno, for: purpose)
  }

  /// The kernel or a sandbox does not permit it.
  var isRefusal: Bool { code == EPERM || code == EACCES || code == ENOSYS }

  /// It was not done by its deadline.
  package var isTimeout: Bool { code == ETIMEDOUT }

  /// The machine could do it, but is out of something.
  var isResourceExhaustion: Bool { code == EMFILE || code == ENFILE || code == ENOMEM }

  /// `open /x: No such file or directory`
  public var description: String {
    let on = subject.isEmpty ? "" : " \(printable(subject))"
    return "\(call)\(on): \(String(cString: strerror(code)))"
  }
}

/// The one door to errno: the value of a system call, or the error that it met.
///
/// - Parameter retryOnInterrupt: calls again when a signal came between (EINTR).
@discardableResult
package func system<Value: SignedInteger>(
  _ call: String, _ subject: @autoclosure () -> String = "", retryOnInterrupt: Bool = true,
  for purpose: SystemError.Purpose? = nil, _ body: () -> Value
) throws(SystemError) -> Value {
  while true {
    let value = body()
    if value >= 0 { return value }
    if errno == EINTR && retryOnInterrupt { continue }
    throw SystemError(call, subject(), for: purpose)
  }
}
