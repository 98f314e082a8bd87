/// What a case needs of the machine.
public enum Requirement: Sendable, Equatable {
  /// At least this kernel.
  case kernel(major: Int, minor: Int, why: String)
  case architecture(String, why: String)

  /// Why the machine does not meet it, or nil if it does.
  func unmet(on machine: Machine) -> String? {
    switch self {
    case .kernel(let major, let minor, let why):
      let version = machine.kernelVersion
      return version < (major, minor)
        ? "needs Linux \(major).\(minor) (\(why)); this is \(machine.kernel)" : nil
    case .architecture(let name, let why):
      return machine.architecture == name
        ? nil : "needs \(name) (\(why)); this is \(machine.architecture)"
    }
  }
}
