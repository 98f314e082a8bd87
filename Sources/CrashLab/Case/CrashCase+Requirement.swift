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

    /// Guards that maps does not show can be made (MADV_GUARD_INSTALL, Linux 6.13) and seen in
    /// pagemap (6.15): both are tried.
    case guardPages

    /// Tried once: it takes a child.
    private static let unmetGuardPages: SkipReason? =
      if clab_try_guard(CLAB_GUARD_INSTALLED) != 0 {
        .guardPages(.made)
      } else if clab_try_guard_in_pagemap() != 0 {
        .guardPages(.seen)
      } else { nil }

    /// Why the machine does not meet it, or nil if it does.
    func unmet(on machine: Machine) -> SkipReason? {
      switch self {
      case .kernel(let major, let minor, let why):
        machine.kernelVersion < (major, minor)
          ? .kernel(major: major, minor: minor, why: why, is: machine.kernel) : nil
      case .architecture(let name, let why):
        machine.architecture == name
          ? nil : .architecture(name, why: why, is: machine.architecture)
      case .guardPages: Requirement.unmetGuardPages
      case .senders: clab_try_signal_information() == 0 ? nil : .senders
      }
    }
  }
}
