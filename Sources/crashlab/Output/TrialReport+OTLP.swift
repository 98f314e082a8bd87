import CrashLab
import CrashLabModel
import CrashLabText
import Glibc

extension TrialReport {
  /// For OpenTelemetry; "" if it tells of no crash.
  ///
  /// - Parameters:
  ///   - crashed: nil if nobody knows.
  ///   - knowsHost: it was on this machine.
  func line(
    crashed: WallTime? = nil, seen: WallTime, on machine: Machine, knowsHost: Bool = true
  ) throws -> String {
    try OTLPReporter(
      .init(
        machine: machine, host: knowsHost ? hostName : nil, crashed: crashed?.nanoseconds,
        observed: seen.nanoseconds, version: crashLabVersion)
    ).trial(self)
  }

  private var hostName: String? {
    var names = utsname()
    guard uname(&names) == 0 else { return nil }
    return withUnsafeBytes(of: &names.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
