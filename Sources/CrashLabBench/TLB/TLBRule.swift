internal import CrashLab
internal import CrashLabModel

/// How a step is read off the sweep's rings: pure, of figures alone.
enum TLBRule {
  /// Surer than this, or it was not seen.
  static let confidence = 0.95
  /// A step of less than this part of the thread's hop is nothing to speak of.
  static let smallestStep = 0.02

  /// Of the difference, taken round by round: what threads and processes share (the scheduler's
  /// work for a longer queue, a noisy neighbour) is in neither level.
  static func processStep(of rings: [TLBReport.RingPair]) -> TLBReport.Step? {
    step(of: rings) { zip($0.processSamples, $0.threadSamples).map { $0 - $1 } }
  }

  /// Of threads alone. A ring of two is left out: there the waker itself is the next to be woken,
  /// and the scheduler's short way for that is no matter of address spaces.
  static func threadStep(of rings: [TLBReport.RingPair]) -> TLBReport.Step? {
    step(of: rings.filter { $0.members > 2 }, \.threadSamples)
  }

  private static func step(
    of rings: [TLBReport.RingPair], _ values: (TLBReport.RingPair) -> [Double]
  ) -> TLBReport.Step? {
    let columns = rings.map(values)
    let rounds = (0..<(columns.map(\.count).min() ?? 0)).map { round in columns.map { $0[round] } }
    guard let change = ChangePoint.find(in: rounds), change.isStepRatherThanSlope,
      change.confidence >= confidence,
      change.height >= smallestStep * rings.map(\.thread).median
    else { return nil }
    return TLBReport.Step(
      members: rings[change.index].members, height: change.height, confidence: change.confidence)
  }

  /// The smallest step that these samples could have shown: one is added to them, and looked for by
  /// the same rule. Nanoseconds a hop; nil if none was found, however large.
  ///
  /// - Parameter members: from so many processes on; nil, or no such ring: in the middle.
  static func smallestVisibleStep(in curves: [[TLBReport.RingPair]], at members: Int?) -> Double? {
    let each = curves.map { smallestVisibleStep(of: $0, at: members) ?? .infinity }.sorted()
    // Half of the working sets must see it.
    guard !each.isEmpty else { return nil }
    let needed = each[(each.count - 1) / 2]
    return needed.isFinite ? needed : nil
  }

  private static func smallestVisibleStep(
    of rings: [TLBReport.RingPair], at members: Int?
  ) -> Double? {
    guard rings.count >= 4 else { return nil }
    // Two rings at either end are no level.
    let wanted = rings.firstIndex { $0.members == members } ?? rings.count / 2
    let index = min(max(2, wanted), rings.count - 2)
    func isSeen(_ height: Double) -> Bool {
      var rings = rings
      for later in index..<rings.count {
        rings[later].processSamples = rings[later].processSamples.map { $0 + height }
      }
      return processStep(of: rings)?.members == rings[index].members
    }
    var low = smallestStep * rings.map(\.thread).median
    var high = low * 64
    if low <= 0 || !isSeen(high) { return nil }
    for _ in 0..<7 {
      let middle = (low * high).squareRoot()
      if isSeen(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// What several working sets say together: those that see a step must see the same one.
  ///
  /// - Returns: the members, and how sure that is. No member, no confidence: nothing was seen.
  static func agreement(_ steps: [TLBReport.Step?]) -> (members: Int?, confidence: Double) {
    let seen = steps.compactMap(\.self)
    guard let first = seen.first, seen.allSatisfy({ $0.members == first.members }),
      seen.count * 2 >= steps.count
    else { return (nil, 0) }
    return (first.members, seen.map(\.confidence).max() ?? 0)
  }

  static func costs(_ curves: [TLBReport.Curve], step: Int?) -> TLBReport.Costs? {
    guard let bare = curves.first(where: { $0.pages == 0 }), !bare.rings.isEmpty else {
      return nil
    }
    let flushes = curves.compactMap { curve in
      step.flatMap { flush(curve, step: $0) }.map { (pages: Double(curve.pages), cost: $0) }
    }
    let below = bare.rings.filter { $0.members > 2 && $0.members < step ?? .max }
    let first = flushes.first
    let widest = flushes.last.flatMap { $0.pages > 0 ? $0 : nil }
    return TLBReport.Costs(
      threadSwitch: bare.rings.filter { $0.members > 2 }.map(\.thread).median,
      addressSpace: below.map { $0.process - $0.thread }.median,
      flush: first?.cost,
      refillPerPage: widest.flatMap { widest in
        first.map { (widest.cost - $0.cost) / widest.pages }
      })
  }

  /// What the kernel's counts say; nil if any ring has none.
  static func counted(_ rings: [TLBReport.RingPair]) -> TLBReport.Counted? {
    let flushes = rings.compactMap { ring in
      ring.processFlushesPerHop.map { (members: ring.members, perHop: $0) }
    }
    let threadLoads = rings.compactMap(\.threadPageTableLoadsPerHop)
    let processLoads = rings.compactMap(\.processPageTableLoadsPerHop)
    guard !rings.isEmpty,
      [flushes.count, threadLoads.count, processLoads.count].allSatisfy({ $0 == rings.count })
    else { return nil }
    // Whatever else runs on the core has address spaces as well, so that few flushes are no step.
    let without = flushes.filter { $0.perHop < 0.5 }.map(\.members).max() ?? 0
    let step = flushes.map(\.members).filter { $0 > without }.min()
    return TLBReport.Counted(
      step: step,
      flushesBelow: flushes.filter { $0.members < step ?? .max }.map(\.perHop).max() ?? 0,
      flushesFromStep: step.flatMap { step in
        flushes.filter { $0.members >= step }.map(\.perHop).min()
      },
      threadLoads: threadLoads.max() ?? 0, processLoads: processLoads.min() ?? 0)
  }

  /// By how much processes less threads rise at the step.
  private static func flush(_ curve: TLBReport.Curve, step: Int) -> Double? {
    let differences = curve.rings.map { (members: $0.members, value: $0.process - $0.thread) }
    let before = differences.filter { $0.members < step }.map(\.value)
    let after = differences.filter { $0.members >= step }.map(\.value)
    return before.isEmpty || after.isEmpty ? nil : after.median - before.median
  }
}
