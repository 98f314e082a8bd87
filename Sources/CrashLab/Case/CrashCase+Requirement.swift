internal import CHarness
internal import CrashLabModel

extension CrashCase {
  /// What a case needs of the machine.
  public enum Requirement: Sendable, Equatable {
    /// At least this kernel.
    case kernel(major: Int, minor: Int, why: String)
    case architecture(String, why: String)
    /// The kernel tells who has sent a signal: it has room for that (RLIMIT_SIGPENDING).
    case senders

    /// Guards that maps does not show: made by MADV_GUARD_INSTALL (6.13), told by pagemap (6.15).
    public static let guardPages = CrashCase.Requirement.kernel(
      major: 6, minor: 15, why: "MADV_GUARD_INSTALL and pagemap's guard bit")

    /// Why the machine does not meet it, or nil if it does.
    func unmet(on machine: Machine) -> SkipReason? {
      switch self {
      case .kernel(let major, let minor, let why):
        machine.kernelVersion < (major, minor)
          ? .kernel(major: major, minor: minor, why: why, is: machine.kernel) : nil
      case .architecture(let name, let why):
        machine.architecture == name
          ? nil : .architecture(name, why: why, is: machine.architecture)
      case .senders: clab_try_signal_information() == 0 ? nil : .senders
      }
    }
  }
}
