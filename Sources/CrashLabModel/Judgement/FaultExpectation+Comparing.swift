extension FaultExpectation {
  /// - `fault`: its number, where there are several.
  package func mismatches(with seen: Fault, fault: Int?) -> [Mismatch] {
    var check = Comparison(fault: fault)
    check.equal(.signal, signal.description, seen.signal.description)
    check.equal(.code, code?.rawValue, seen.code.description)
    check.equal(.access, access?.rawValue, seen.access?.rawValue)
    if let handled, handled != seen.handled {
      check.differ(.handled, expected: .flag(handled), seen: .flag(seen.handled))
    }
    if let outcome, outcome != seen.outcome {
      check.differ(
        .outcome, expected: .outcome(outcome), seen: seen.outcome.map { .outcome($0) } ?? .none)
    }
    if let alternateStack {
      check.holds(.alternateStack, alternateStack, in: seen.handler?.alternateStack?.mapping)
    }
    check.equal(.sender, sender?.rawValue, seen.sender?.relation.rawValue)
    check.equal(.process, process.rawValue, seen.process.relation.rawValue)
    site.compare(with: seen.site, in: &check)
    // A trace that was cut off is the laboratory's failure to see, whatever frames it holds.
    if wantsWholeTrace, let unwind = seen.unwind, !unwind.complete {
      check.differ(.trace, expected: .complete, seen: .cutOff(after: unwind.frameCount))
    }
    if let missing = missingFrame(in: seen) {
      check.differ(.frames, expected: .frames(frames.map(\.inWords)), seen: missing)
    }
    if let period, !(seen.unwind?.frames.contains { $0.period == period && $0.count > 1 } ?? false)
    {
      check.differ(
        .period, expected: .number(period),
        seen: .numbers(Set(seen.unwind?.frames.map(\.period) ?? []).sorted()))
    }
    return check.mismatches
  }

  /// The expected frames must appear in order; others may lie between. Where a round was folded,
  /// its frames come as often as they did in the trace, or as can matter: the fold may begin
  /// anywhere in the round.
  private func missingFrame(in seen: Fault) -> Mismatch.Value? {
    if frames.isEmpty { return nil }
    let seen = (seen.unwind?.frames ?? []).unfolded(atMost: frames.count).flatMap { frame in
      frame.symbols.map { (symbol: $0, image: frame.symbol == nil ? frame.image : nil) }
    }
    var rest = seen[...]
    for frame in frames {
      guard let found = rest.firstIndex(where: { frame.holds(of: $0.symbol, nameless: $0.image) })
      else {
        return .missing(frame: frame.inWords, in: seen.prefix(12).map(\.symbol))
      }
      rest = rest[(found + 1)...]
    }
    return nil
  }
}

extension FaultExpectation.Frame {
  /// - Parameter image: of a frame that has no symbol.
  fileprivate func holds(of symbol: String, nameless image: String?) -> Bool {
    switch self {
    case .symbol(let part): symbol.contains(part)
    // Whether it has a name here is not known.
    case .library(let part): symbol.contains(part) || image?.contains(Self.libraryFile) == true
    case .runtime(let part): symbol.contains(part) || image?.contains("libswiftCore.so") == true
    case .nameless(let part): image?.contains(part) == true
    }
  }

  fileprivate var inWords: String {
    switch self {
    case .symbol(let name), .library(let name), .runtime(let name): name
    case .nameless(let image): "a frame of \(image)"
    }
  }
}

extension FaultExpectation.Site {
  fileprivate func compare(with seen: FaultSite, in check: inout Comparison) {
    check.equal(.site, kind?.rawValue, seen.kind.rawValue)
    check.equal(.owner, stack?.rawValue, seen.owner?.kind.rawValue)
    check.equal(.owner, stackName, seen.owner?.name)
    if let owner, owner != seen.owner {
      check.differ(.owner, expected: .owner(owner), seen: seen.owner.map { .owner($0) } ?? .none)
    }
    check.equal(.guardKind, guardKind?.kind?.rawValue, seen.guard?.kind.rawValue)
    check.equal(.guardSize, guardSize, seen.guard?.size)
    check.within(.stackSize, stackSize, seen.stackSize)
    check.within(.overshoot, overshoot, seen.overshoot)
    check.within(.skipped, skipped, seen.skipped)
    if let mapping { check.holds(.mapping, mapping, in: seen.mapping) }
  }
}

/// Collects what differs. An expectation that is nil holds of anything.
struct Comparison {
  private let fault: Int?
  private(set) var mismatches: [Mismatch] = []

  init(fault: Int? = nil) { self.fault = fault }

  mutating func differ(
    _ what: Mismatch.What, expected: Mismatch.Value, seen: Mismatch.Value
  ) {
    mismatches.append(Mismatch(what, fault: fault, expected: expected, seen: seen))
  }

  mutating func equal(_ what: Mismatch.What, _ expected: String?, _ seen: String?) {
    guard let expected, expected != seen else { return }
    differ(what, expected: .name(expected), seen: seen.map { .name($0) } ?? .none)
  }

  mutating func equal(_ what: Mismatch.What, _ expected: Int?, _ seen: Int?) {
    guard let expected, expected != seen else { return }
    differ(what, expected: .number(expected), seen: seen.map { .number($0) } ?? .none)
  }

  /// A part of a name.
  mutating func holds(_ what: Mismatch.What, _ part: String, in seen: String?) {
    if seen?.contains(part) == true { return }
    differ(what, expected: .name(part), seen: seen.map { .name($0) } ?? .none)
  }

  mutating func within(_ what: Mismatch.What, _ expected: ClosedRange<Int>?, _ seen: Int?) {
    guard let expected else { return }
    if let seen, expected.contains(seen) { return }
    differ(what, expected: .range(expected), seen: seen.map { .number($0) } ?? .none)
  }
}
