@testable import CrashLab

extension Machine {
  /// The machine that the tests run on; nothing was tried on it.
  static let this = Machine.current(trying: false)
}
