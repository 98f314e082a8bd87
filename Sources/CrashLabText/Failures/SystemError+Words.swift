package import CrashLabModel
internal import Glibc

extension SystemError {
  /// `open /x: No such file or directory`
  package var inWords: String {
    let on = subject.isEmpty ? "" : " \(printable(subject))"
    return "\(call)\(on): \(errorText(code))"
  }
}

/// The C library's text of an errno.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
