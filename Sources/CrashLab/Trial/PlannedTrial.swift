internal import CrashLabModel

/// A case that is to be run, and which time it is.
public struct PlannedTrial: Sendable {
  public var `case`: CrashCase
  /// 1 and up.
  public var attempt: Int

  public init(_ case: CrashCase, attempt: Int = 1) {
    self.case = `case`
    self.attempt = attempt
  }
}

extension PlannedTrial {
  /// Every case `times` times, each round in order or shuffled.
  ///
  /// - `seed`: the same seed gives the same order; nil leaves the order as it is.
  public static func plan(
    _ cases: [CrashCase], repeating times: Int = 1, seed: UInt64? = nil
  ) -> [PlannedTrial] {
    var plan = (1...max(1, times)).flatMap { attempt in
      cases.map { PlannedTrial($0, attempt: attempt) }
    }
    if let seed {
      var generator = SplitMix64(seed: seed)
      plan.shuffle(using: &generator)
    }
    return plan
  }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014). Small, and the same
/// on every machine, so that a printed seed repeats a run.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
