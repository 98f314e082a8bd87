package import CrashLabModel
internal import Glibc

/// A program that a traced process has executed, and that is not what it is without trace, or can't
/// be told of.
package struct CurtailedProgram: Sendable, Equatable {
  package var process: Int32
  /// The name that the kernel knows it by.
  package var name: String
  package var objection: ProgramObjection

  /// - Parameter process: has just executed it.
  /// - Returns: nil if it is as it is without trace.
  init?(_ process: pid_t, by tracer: Tracer) {
    if tracer.mayTraceAll { return nil }
    let name = readSmallFile("/proc/\(process)/comm") ?? ""
    guard !name.isEmpty else { return nil }
    self.process = process
    self.name = String(name.prefix { $0 != "\n" })
    if let file = ProgramFile(of: process) {
      guard let objection = file.objection(to: tracer), objection != .is32Bit else { return nil }
      self.objection = objection
    } else if errno == EACCES {
      objection = .unreadable
    } else {
      return nil
    }
  }
}
