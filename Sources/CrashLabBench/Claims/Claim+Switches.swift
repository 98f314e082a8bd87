internal import CrashLab
internal import CrashLabModel

extension Claim {
  static let switches = [
    Claim(
      id: "thread-switch-hundred-cycles",
      sentence: "To switch from one thread to another takes a few dozen to a hundred cycles.",
      repeat: "crashlab switch",
      why: """
        The registers are the least of it. The one thread enters the kernel to wake and to sleep, \
        the scheduler updates its accounts and chooses (kernel/sched/core.c, __schedule), the \
        other returns from the kernel.
        """,
      elsewhere: "Between coroutines; or between hardware threads of one core, which is no switch."
    ) { evidence in
      let arms = [SwitchKind.threadYield, .threadFutexPrivate, .threadFutex].compactMap {
        evidence.kinds[$0]
      }
      guard let cheapest = arms.min(by: { $0.median < $1.median }), cheapest.isCounted else {
        return .open("no thread switch was measured, or not one a hop")
      }
      let clock = cheapest.cycles / max(cheapest.median, .leastNonzeroMagnitude)
      let seen =
        "\(Figures.short(cheapest.cycles)) cycles for the cheapest (\(cheapest.name.inWords)), "
        + "quartiles \(Figures.short(cheapest.lowerQuartile * clock)) to "
        + "\(Figures.short(cheapest.upperQuartile * clock))"
      guard cheapest.isSettled else { return .open("\(seen), of too few samples") }
      if cheapest.lowerQuartile * clock > 200 { return .fails(seen) }
      return cheapest.upperQuartile * clock <= 200 ? .holds(seen) : .open(seen)
    },
    Claim(
      id: "thread-switch-keeps-page-table",
      sentence: "A thread switch leaves the page table alone; a process switch loads another.",
      repeat: "crashlab switch",
      why: """
        switch_mm_irqs_off (arch/x86/mm/tlb.c) returns early if the next task has the same memory; \
        else it writes CR3.
        """,
      elsewhere: "With KPTI every entry into the kernel writes CR3 as well, thread or process."
    ) { evidence in
      guard let tlb = evidence.tlb, let costs = tlb.costs else {
        return .open("the sweep was not measured")
      }
      let differences = tlb.differencesBeforeStep
      let seen =
        "in a hop of \(Figures.short(costs.threadSwitch)) ns \(tlb.addressSpaceInWords)"
        + (tlb.processStep.map { "; processes step up at \($0) of them, threads do not" } ?? "")
        + (tlb.counted.map { "; the kernel counted \($0.inWords)" } ?? "")
      // The kernel's own count needs no conclusion.
      if let counted = tlb.counted {
        if counted.threadLoads > 0.5 || counted.processLoads < 0.5 { return .fails(seen) }
        if counted.threadLoads < 0.1 && counted.processLoads > 0.9 { return .holds(seen) }
      }
      // Without the count a cost is all there is, and the scheduler's queue or a busy machine may be
      // its reason.
      if let step = tlb.threadStep {
        return .open("threads became dearer at \(step) of them, as if each had its own memory")
      }
      // Only what loads another page table can run out of room for page tables. Below the step the
      // load is so cheap that other differences between the two rings may hide it.
      if tlb.processStep != nil { return .holds(seen) }
      switch Signs(differences) {
      case .above: return .holds(seen)
      // That processes are cheaper says nothing of page tables.
      case .below, .undecided: return .open(seen)
      }
    },
    Claim(
      id: "process-switch-flushes-tlb",
      sentence: "A process switch flushes the whole TLB, for hundreds to thousands of cycles.",
      repeat: "crashlab switch",
      why: """
        With PCID the TLB keeps translations of several address spaces apart. Linux uses six a \
        core (TLB_NR_DYN_ASIDS, arch/x86/mm/tlb.c, choose_new_asid): only a seventh makes it \
        forget one.
        """,
      elsewhere: """
        Without PCID (or with nopcid) each switch flushes. On ARM there are 256 or 65,536 \
        identifiers.
        """
    ) { evidence in
      guard let tlb = evidence.tlb, let costs = tlb.costs, let conditions = evidence.conditions
      else { return .open("the sweep was not measured") }
      let clock =
        evidence.kinds[.threadFutex].map { $0.median > 0 ? $0.cycles / $0.median : 0 } ?? 0
      let kernel = tlb.counted.map { "; the kernel counted \($0.inWords)" } ?? ""
      if let counted = tlb.counted, let step = counted.step, step != tlb.processStep {
        if let other = tlb.processStep {
          return .open("the cost steps up at \(other) processes, but not the flushes\(kernel)")
        }
        return step == tlb.smallestRing
          ? .holds("every switch flushes\(kernel)")
          : .onCondition("only from \(step) processes on one core on\(kernel)")
      }
      if let step = tlb.processStep {
        if tlb.counted != nil && tlb.counted?.step == nil {
          return .open("the cost steps up at \(step) processes, but nothing flushes\(kernel)")
        }
        if tlb.counted == nil, let expected = tlb.expectedStep, expected != step {
          return .open(
            "the cost steps up at \(step) processes, but the kernel's source says \(expected)")
        }
        let flush = costs.flush ?? 0
        return .onCondition(
          "only from \(step) processes on one core on (confidence "
            + "\(Figures.fixed(tlb.confidence, 3))): +\(Figures.short(flush)) ns"
            + (clock > 0 ? ", \(Figures.short(flush * clock)) cycles" : "")
            + "; up to \(step - 1) \(tlb.addressSpaceInWords)\(kernel)")
      }
      let rings = tlb.pages.flatMap(\.rings)
      let differences = rings.flatMap { zip($0.processSamples, $0.threadSamples).map { $0 - $1 } }
      let seen =
        "no step from \(rings.map(\.members).min() ?? 0) to "
        + "\(rings.map(\.members).max() ?? 0) processes\(kernel)"
      if tlb.counted != nil { return .fails(seen) }
      if !conditions.taggedTranslations && Signs(differences) == .above {
        return .holds("\(seen), dearer than threads in any ring: every switch flushes")
      }
      guard let visible = tlb.smallestVisibleStep else {
        return .open("\(seen), and none could have been seen")
      }
      let power =
        "\(seen); one of \(Figures.short(visible)) ns"
        + (clock > 0 ? ", \(Figures.short(visible * clock)) cycles," : "")
        + " would have been seen"
      // A flush takes hundreds of cycles, or the sentence says nothing.
      return conditions.taggedTranslations && clock > 0 && visible * clock <= 200
        ? .fails(power) : .open(power)
    },
  ]
}

extension TLBReport {
  var smallestRing: Int { pages.flatMap(\.rings).map(\.members).min() ?? 0 }

  /// Processes less threads, pair by pair, where the core keeps every address space.
  var differencesBeforeStep: [Double] {
    pages.filter { $0.pages == 0 }.flatMap(\.rings).filter { $0.members < processStep ?? .max }
      .flatMap { zip($0.processSamples, $0.threadSamples).map { $0 - $1 } }
  }

  var addressSpaceInWords: String {
    let differences = differencesBeforeStep
    let pairs =
      "(dearer in \(differences.count { $0 > 0 }) of \(differences.count) pairs)"
    switch Signs(differences) {
    case .above:
      return "another address space adds \(Figures.short(differences.median)) ns \(pairs)"
    case .below:
      return "another address space saves \(Figures.short(-differences.median)) ns \(pairs)"
    case .undecided: return "another address space adds nothing that can be told \(pairs)"
    }
  }
}

extension SwitchKindReport {
  /// Fewer samples have no quartiles to speak of.
  var isSettled: Bool { samples.count >= Spread.fewestSamples }

  /// One switch an operation, within a part in a hundred (of what a busy machine adds).
  var isCounted: Bool { abs(switchesPerHop - 1) < 0.02 }
}

/// Whether differences lie on one side of zero: the sign test, with a chance of error below 1 %.
enum Signs {
  case above, below, undecided

  init(_ differences: [Double]) {
    let n = Double(differences.count)
    let above = Double(differences.count { $0 > 0 })
    // Normal approximation of the binomial: 2.6 standard deviations.
    let bound = 1.3 * n.squareRoot()
    self =
      n < 8
      ? .undecided
      : above > n / 2 + bound
        ? .above
        : above < n / 2 - bound ? .below : .undecided
  }
}
