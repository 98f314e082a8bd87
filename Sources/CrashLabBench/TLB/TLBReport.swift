internal import CrashLab
package import CrashLabModel

/// What the sweep found.
package struct TLBReport: Sendable, Codable, Equatable {
  /// A ring of threads beside one of as many processes. Nanoseconds a hop.
  package struct RingPair: Sendable, Codable, Equatable {
    package var members: Int
    /// The median.
    package var thread: Double
    package var process: Double
    package var threadSamples: [Double]
    package var processSamples: [Double]
    /// Context switches a hop, counted by the kernel.
    package var threadSwitchesPerHop: Double
    package var processSwitchesPerHop: Double
    /// Loads of another page table a hop, and those that flushed the TLB, counted by the kernel in
    /// rings of their own: to count makes a switch dearer. Null where it can't be counted.
    @Nullable package var threadPageTableLoadsPerHop: Double?
    @Nullable package var processPageTableLoadsPerHop: Double?
    @Nullable package var threadFlushesPerHop: Double?
    @Nullable package var processFlushesPerHop: Double?

    /// - Parameter counted: a sample of each, in which the kernel counted.
    init(
      members: Int, thread: [Sample], process: [Sample],
      counted: (thread: Sample, process: Sample)? = nil
    ) {
      threadPageTableLoadsPerHop = counted?.thread.pageTableLoads
      processPageTableLoadsPerHop = counted?.process.pageTableLoads
      threadFlushesPerHop = counted?.thread.flushes
      processFlushesPerHop = counted?.process.flushes
      self.members = members
      threadSamples = thread.map(\.nanoseconds)
      processSamples = process.map(\.nanoseconds)
      self.thread = threadSamples.median
      self.process = processSamples.median
      threadSwitchesPerHop = thread.map(\.switches).median
      processSwitchesPerHop = process.map(\.switches).median
    }
  }

  package struct Curve: Sendable, Codable, Equatable {
    package var pages: Int
    package var rings: [RingPair]
    /// The step of processes less threads, and that of threads alone; null if not to be seen.
    @Nullable package var processStep: Step?
    @Nullable package var threadStep: Step?

    init(pages: Int, rings: [RingPair]) {
      self.pages = pages
      self.rings = rings
      processStep = TLBRule.processStep(of: rings)
      threadStep = TLBRule.threadStep(of: rings)
    }
  }

  package struct Step: Sendable, Codable, Equatable {
    /// The smallest ring of the new level.
    package var members: Int
    /// Nanoseconds a hop.
    package var height: Double
    /// 0 to 1.
    package var confidence: Double
  }

  /// What the kernel counted.
  package struct Counted: Sendable, Codable, Equatable {
    /// From so many processes on most of their hops flush; null if in no ring.
    @Nullable package var step: Int?
    /// The most flushes a hop of processes below the step; of all if there is none.
    package var flushesBelow: Double
    /// The fewest from the step on; null without a step.
    @Nullable package var flushesFromStep: Double?
    /// The most loads of another page table a hop of threads.
    package var threadLoads: Double
    /// The fewest of processes.
    package var processLoads: Double
  }

  /// What a hop is made of. Nanoseconds.
  package struct Costs: Sendable, Codable, Equatable {
    /// From one thread to another.
    package var threadSwitch: Double
    /// What another address space adds while the core keeps its translations.
    package var addressSpace: Double
    /// What it adds when it has been forgotten; null without a step.
    @Nullable package var flush: Double?
    /// To find a page's translation again; null without a step, or with one working set only.
    @Nullable package var refillPerPage: Double?
  }

  package var pages: [Curve]
  /// The ring at which processes step up, as all working sets see it; null if they see none.
  @Nullable package var processStep: Int?
  @Nullable package var threadStep: Int?
  /// Of the process step; of that there is none to be seen where it is null.
  package var confidence: Double
  /// The smallest step of the processes that these samples could have shown, in nanoseconds a hop;
  /// null if none could, or where one was seen.
  @Nullable package var smallestVisibleStep: Double?
  @Nullable package var costs: Costs?
  /// The same by the kernel's own count of flushes; null where it can't be had.
  @Nullable package var counted: Counted?
  /// Where the kernel's source says that the step must be; null for nowhere.
  @Nullable package var expectedStep: Int?
  /// Why there, or why nowhere.
  package var expectation: String

  init(curves: [Curve], conditions: SwitchingConditions) {
    pages = curves
    let process = TLBRule.agreement(curves.map(\.processStep))
    let thread = TLBRule.agreement(curves.map(\.threadStep))
    processStep = process.members
    threadStep = thread.members
    confidence = process.confidence
    (expectedStep, expectation) = conditions.expectedStep
    smallestVisibleStep =
      process.members == nil
      ? TLBRule.smallestVisibleStep(in: curves.map(\.rings), at: expectedStep) : nil
    costs = TLBRule.costs(curves, step: process.members)
    counted = TLBRule.counted(curves.flatMap(\.rings))
  }
}

extension SwitchingConditions {
  /// At how many processes on one core their hop must become dearer, and why.
  var expectedStep: (members: Int?, why: String) {
    if let kept = addressSpacesKept {
      let global =
        globalAddressSpaces
        ? "; INVLPGB gives a global one only to a process that runs on more than three cores" : ""
      return (
        kept + 1,
        "Linux keeps \(kept) address spaces a core in the TLB (TLB_NR_DYN_ASIDS, "
          + "arch/x86/mm/tlb.c)\(global)"
      )
    }
    return taggedTranslations
      ? (nil, "address space identifiers are many (arch/arm64/mm/context.c): no step so early")
      : (nil, "without PCID each write of CR3 flushes: processes are dearer in any ring, no step")
  }
}
