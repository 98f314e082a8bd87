@testable import CrashLab

/// Reports made up for tests.
enum Reports {
  static let machine = Machine.current(trying: false)

  static func fault(
    address: UInt64, stackPointer: UInt64 = 0x7010_1000, site: FaultSite,
    surroundings: [MemoryRegion]? = nil, text: String = "overflower", frames: Int = 3
  ) -> FaultReport {
    FaultReport(
      signal: .segv, code: "SEGV_ACCERR", address: Address(address), access: .write,
      programCounter: Address(0x40_1000), stackPointer: Address(stackPointer),
      process: .init(id: 12, relation: .trial),
      thread: .init(id: 12, name: text), handled: true, sender: nil, site: site,
      surroundings: surroundings,
      unwind: UnwindReport(
        by: .handler, frameCount: 1_000_000, complete: true, steps: 9, duration: 95,
        handlerStackUsed: nil,
        frames: (0..<frames).map {
          UnwindReport.Frame(
            index: $0, count: $0 == 1 ? 999_998 : 1, period: 1,
            programCounter: Address(0x40_1000), symbol: text, file: "/src/\(text).swift", line: 7,
            column: 3, image: "/bin/\(text)", offset: 12, frameSize: 48)
        }))
  }

  /// 8 bytes below the limit of a thread's 1 MiB stack, in its 4 KiB guard, above a neighbour.
  static func inGuard(_ name: String = "overflower", frames: Int = 3) -> FaultReport {
    let owner = FaultSite.Owner(kind: .thread, name: name)
    return fault(
      address: 0x7010_0ff8,
      site: FaultSite(
        .guard, owner: owner, stackLimit: Address(0x7010_1000), stackSize: 1 << 20,
        guard: Guard(low: Address(0x7010_0000), high: Address(0x7010_1000), kind: .mapping),
        overshoot: 8, skipped: 0),
      surroundings: [
        MemoryRegion(
          low: Address(0x7000_0000), high: Address(0x7010_0000), kind: .stack,
          owner: .init(kind: .thread, name: "neighbour")),
        MemoryRegion(
          low: Address(0x7010_0000), high: Address(0x7010_1000), kind: .guard, owner: owner),
        MemoryRegion(
          low: Address(0x7010_1000), high: Address(0x7020_1000), kind: .stack, owner: owner),
      ], text: name, frames: frames)
  }

  static func trial(
    _ name: String = "thread-recursion", attempt: Int = 1,
    verdict: TrialReport.Verdict? = .asExpected, faults: [FaultReport] = [inGuard()],
    text: String = "words", duration: Double = 900
  ) -> TrialReport {
    TrialReport(
      case: name, attempt: attempt, command: nil, verdict: verdict,
      reason: verdict == .asExpected ? nil : text, summary: text,
      mismatches: verdict == .notAsExpected ? [.init(text, expected: text, seen: text)] : [],
      faults: faults,
      corruption: [
        Corruption(
          what: text, owner: text, firstAddress: Address(0x7010_0000), bytesChanged: 3,
          belowStackLimit: 4096)
      ],
      counters: [.init(name: text, value: 7)], finished: false,
      termination: .killed(by: .segv), death: nil,
      timeline: [
        .init(event: .forked, at: 0), .init(event: .fault, at: 310),
        .init(event: .parked, at: 320.5), .init(event: .reaped, at: duration),
      ])
  }
}
