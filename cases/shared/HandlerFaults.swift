import CNativeCases
import CrashLab

extension FaultExpectation {
  /// `clab_case_descend` hits the guard of the thread that is called overflower.
  ///
  /// - `reason`: why no handler ran, if none did.
  static func overflowerInGuard(
    handled: Bool = true, because reason: String? = nil
  ) -> FaultExpectation {
    .init(
      .segv, code: 2, access: .write, site: .inGuard(of: .thread, "overflower"), handled: handled,
      because: reason, frames: ["descend", "start_thread"])
  }

  /// The handler of that fault writes to null (`clab_case_fault_in_handler`).
  static func nullInHandler(
    handled: Bool = true, because reason: String? = nil
  ) -> FaultExpectation {
    .init(
      .segv, code: 1, access: .write, site: .init(.nullPage), handled: handled, because: reason,
      frames: [
        "write_to_null", "clab_handle_fault", "<signal handler called>", "descend",
        "start_thread",
      ])
  }
}

/// Overflows the thread called overflower, whose alternate stack was spoilt after it had been set.
func overflowAfterSpoilingAlternateStack(
  _ child: Child, _ spoil: @escaping (UnsafeMutableRawPointer, Int) -> Int32
) {
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    _ = spoil(memory.limit, memory.size)
    clab_case_descend()
  }
}
