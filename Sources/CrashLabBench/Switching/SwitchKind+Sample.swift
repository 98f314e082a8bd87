internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

extension SwitchKind {
  /// Takes one sample, in a child of its own.
  ///
  /// - Parameter scale: so many times the usual number of operations.
  /// - Returns: nil if it is a peer that is not installed.
  func sample(
    in placement: Placement, scale: Double = 1, deadline: Double = 10
  ) throws(SystemError) -> Sample? {
    let operations = UInt64(Double(operations) * scale)
    do {
      return try Sample.take(rawValue, in: placement, deadline: deadline) { placement, sample in
        switch method {
        case .loop(let kind): clab_measure_switch(kind, placement, operations, sample)
        case .ring(let member, let token):
          Ring(member: member, token: token).measure(placement, operations, sample)
        case .swift(let kind): kind.measure(placement, operations, sample)
        }
      }
    } catch  where error.code == ENOENT && self == .fcontext {
      return nil
    }
  }
}
