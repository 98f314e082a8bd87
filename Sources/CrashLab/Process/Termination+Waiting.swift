internal import CHarness
internal import CrashLabModel
internal import Glibc

extension Termination {
  /// From waitid's siginfo.
  init(_ information: siginfo_t) {
    let status = clab_child_status(information)
    switch Int(information.si_code) {
    case Int(CLD_EXITED): self = .exited(status)
    case Int(CLD_DUMPED): self = .killed(by: Signal(status), coreDumped: true)
    default: self = .killed(by: Signal(status))
    }
  }

  /// From waitpid's status (wait(2)).
  init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self =
      signal == 0
      ? .exited(status >> 8 & 0xff)
      : .killed(by: Signal(signal), coreDumped: status & 0x80 != 0)
  }
}
