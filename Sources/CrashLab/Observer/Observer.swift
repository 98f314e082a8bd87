internal import CHarness
internal import Glibc

/// A process seen from outside, through ptrace, from its start: it stops at every signal that a
/// fault or a trap raises, and goes on when its evidence was taken. It knows nothing of trials: what
/// to make of a fault is up to whoever asks.
final class Observer {
  enum Event {
    /// A thread stands at a signal that is about to be delivered; `deliver` lets it go on.
    case fault(Evidence)
    /// The process has ended.
    case ended(Termination)
  }

  let process: pid_t
  /// Where its threads are waited for; 0: among all children.
  private let group: pid_t
  private let unwinding: clab_unwinding
  private var standing: [Int32: clab_observed_stop] = [:]
  private(set) var termination: Termination?

  /// What a fault or a trap raises.
  private static let faultSignals: Set<CInt> = [
    SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS,
  ]

  /// - Parameters:
  ///   - process: has been seized (clab_observer_seize).
  ///   - leadsGroup: whether it leads a process group; else nobody else may have children here.
  init(_ process: pid_t, unwinding: clab_unwinding, leadsGroup: Bool = true) {
    self.process = process
    self.group = leadsGroup ? process : 0
    self.unwinding = unwinding
  }

  /// The next thing that is of interest; everything else goes on by itself.
  ///
  /// - Parameter wait: waits for it. Otherwise nil if nothing has happened.
  func next(wait: Bool = false) -> Event? {
    var stop = clab_observed_stop()
    while termination == nil, clab_observer_wait(group, wait, &stop) == 0 {
      switch stop.kind {
      case CLAB_STOPPED_NOT.rawValue: return nil
      case CLAB_STOPPED_ENDED.rawValue:
        standing[stop.thread] = nil
        if stop.thread == process {
          let termination = Termination(waitStatus: stop.status)
          self.termination = termination
          return .ended(termination)
        }
      case CLAB_STOPPED_SIGNAL.rawValue where Observer.faultSignals.contains(stop.signal):
        if let evidence = look(at: stop.thread) {
          standing[stop.thread] = stop
          return .fault(evidence)
        }
        resume(stop, with: stop.signal)
      case CLAB_STOPPED_SIGNAL.rawValue: resume(stop, with: stop.signal)
      default: resume(stop, with: 0)
      }
    }
    return nil
  }

  /// Lets a thread that stands at a fault have its signal.
  func deliver(to thread: Int32) {
    if let stop = standing.removeValue(forKey: thread) { resume(stop, with: stop.signal) }
  }

  // A thread that is gone by now was killed: its end is told next.
  private func resume(_ stop: clab_observed_stop, with signal: CInt) {
    var stop = stop
    _ = clab_observer_resume(&stop, signal)
  }

  private func look(at thread: Int32) -> Evidence? {
    var raw = clab_evidence()
    guard clab_observer_look(process, thread, unwinding.rawValue, &raw) == 0 else { return nil }
    return try? Evidence(raw, process: process, source: .observer)
  }
}

extension Termination {
  /// From waitpid's status (wait(2)).
  fileprivate init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self =
      signal == 0
      ? .exited(status >> 8 & 0xff)
      : .killed(by: Signal(signal), coreDumped: status & 0x80 != 0)
  }
}
