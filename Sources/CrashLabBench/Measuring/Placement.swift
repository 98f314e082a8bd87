internal import CHarness
internal import CHarnessBench
internal import CrashLab
package import CrashLabModel

/// Where a sample runs, and under which scheduling policy.
package struct Placement: Sendable, Codable, Equatable {
  /// sched(7).
  package enum Policy: String, Sendable, Codable, CaseIterable {
    /// SCHED_BATCH: whoever is woken waits until the waker sleeps. Needs no privilege.
    case batch
    /// SCHED_FIFO: the same by another way; needs CAP_SYS_NICE.
    case fifo
    /// SCHED_OTHER: preempts on wakeup, so that a hop is more than one switch.
    case other

    /// include/uapi/linux/sched.h, which Swift does not import.
    var number: Int32 {
      switch self {
      case .other: 0
      case .fifo: 1
      case .batch: 3
      }
    }
  }

  /// The core; null where the scheduler may choose.
  @Nullable package var core: Int?
  package var policy: Policy

  package init(core: Int?, policy: Policy = .batch) {
    self.core = core
    self.policy = policy
  }

  var unpinned: Placement { Placement(core: nil, policy: policy) }

  /// - Parameter deadline: seconds for one sample.
  func description(deadline: Double = 10) -> clab_placement {
    clab_placement(
      cpu: Int32(core ?? -1), policy: policy.number, deadline: UInt32(deadline * 1000))
  }

  /// The highest core that this process may use: the lowest ones serve most interrupts.
  package static func suggestedCore() -> Int { max(0, Int(clab_last_cpu())) }
}
