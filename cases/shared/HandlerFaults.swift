import CNativeCases
import CrashLab

extension FaultExpectation {
  /// `clab_case_descend` hits the guard of the thread that is called overflower.
  ///
  /// - `outcome`: why no handler ran, if none did.
  /// - `alternateStack`: a part of what is mapped where the alternate stack lies.
  static func overflowerInGuard(
    handled: Bool = true, because outcome: Fault.HandlerOutcome? = nil,
    alternateStack: String? = nil
  ) -> FaultExpectation {
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      handled: handled, because: outcome, alternateStack: alternateStack,
      frames: ["descend", .library("start_thread")])
  }

  /// The handler of that fault writes to null (`clab_case_fault_in_handler`).
  static func nullInHandler(
    handled: Bool = true, because outcome: Fault.HandlerOutcome? = nil
  ) -> FaultExpectation {
    .init(
      .segv, code: .segvMapErr, access: .write, site: .init(.nullPage), handled: handled,
      because: outcome,
      frames: [
        "write_to_null", "clab_handle_fault", "<signal handler called>", "descend",
        .library("start_thread"),
      ])
  }
}

/// Overflows the thread called overflower, whose alternate stack is made unusable after it was set.
func overflowAfterDamagingAlternateStack(
  _ child: Child, _ damage: @escaping (UnsafeMutableRawPointer, Int) -> Int32
) {
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    _ = damage(memory.limit, memory.size)
    clab_case_descend()
  }
}
