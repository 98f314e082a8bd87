internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel

/// A token that goes round threads of one process, or processes of one thread each.
struct Ring {
  var members = 2
  var member: clab_member
  var token = CLAB_TOKEN_FUTEX
  /// Of its own, that a member touches at its turn.
  var pages = 0
  /// The number of tlb:tlb_flush; nil to count nothing.
  var flushEvent: UInt32?

  func measure(
    _ placement: UnsafePointer<clab_placement>, _ hops: UInt64,
    _ sample: UnsafeMutablePointer<clab_sample>
  ) -> Int32 {
    var ring = clab_ring(
      members: UInt32(members), kind: member.rawValue, token: token.rawValue,
      pages: UInt32(pages), flush_event: flushEvent ?? 0)
    return clab_measure_ring(&ring, placement, hops, sample)
  }
}
