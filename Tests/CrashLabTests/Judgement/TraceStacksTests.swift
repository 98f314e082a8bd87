import Testing

@testable import CrashLabModel

private func entry(
  _ frame: UInt64, count: Int = 1, stride: Int = 0, isSignalFrame: Bool = false
) -> Trace.Entry {
  Trace.Entry(
    index: 0, count: count, period: 1, programCounter: Address(1),
    canonicalFrameAddress: Address(frame), frameSize: 16, stride: stride,
    isSignalFrame: isSignalFrame, isExact: false)
}

private func trace(_ entries: Trace.Entry..., isComplete: Bool = true) -> Trace {
  Trace(
    entries: entries, frameCount: entries.reduce(0) { $0 + $1.count }, leftOut: 0, stackBytes: 0,
    sites: [], isComplete: isComplete, steps: 0, duration: 0)
}

/// A run of ten frames, the handler, and the signal frame with the interrupted stack pointer.
private func interrupted(at pointer: UInt64) -> Trace {
  trace(
    entry(0x1000, count: 10, stride: 0x100), entry(0x2000),
    entry(pointer, isSignalFrame: true), entry(pointer + 0x100))
}

@Test(arguments: [(0x2400, 4), (0x2000, 4), (0x22000, 4), (0x22001, 3), (0x1fff, 3), (0x800, 3)])
func aHandlersStackEndsAtItsSignalFrame(pointer: UInt64, entries: Int) {
  #expect(interrupted(at: pointer).entriesOnFirstStack == entries)
}

/// ss_sp, ss_flags and ss_size as the kernel writes them, above flags and link of the ucontext.
@Test(
  arguments: [
    ([0x1800, 0, 0x1000], true), ([0x1800, 1, 0x1000], true), ([0x1800, 1 << 31, 0x1000], true),
    ([0x1800, 2, 0x1000], false), ([0x2800, 0, 0x1000], false), ([0x1000, 0, 0x800], false),
    ([0x1000, 0, UInt64.max], false), ([0x1800, 0], false), (nil, false),
  ] as [([UInt64]?, Bool)])
func signalFrameTellsTheAlternateStack(words: [UInt64]?, isTold: Bool) {
  var asked: (address: UInt64, count: Int)?
  let claim = interrupted(at: 0x9000).alternateStack(of: 7) {
    asked = ($0, $1)
    return words
  }
  #if arch(x86_64)
    #expect(asked?.address == 0x2010)
  #else
    #expect(asked?.address == 0x2090)
  #endif
  #expect(asked?.count == 3)
  #expect((claim != nil) == isTold)
  #expect(claim?.kind ?? .alternateStack == .alternateStack)
  #expect(claim?.thread ?? 7 == 7)
}

@Test func withoutASignalFrameThereIsNoneToTell() {
  #expect(trace(entry(0x1000)).alternateStack(of: 1) { _, _ in [0, 0, 0x2000] } == nil)
  #expect(trace(entry(0x1000, isSignalFrame: true)).alternateStack(of: 1) { _, _ in nil } == nil)
}

@Test(arguments: [
  (0x8000, true, true), (0x7001, true, true), (0x7000, true, false), (0x8001, true, false),
  (0x8000, false, false),
])
func framesThatBeginInTheHighestPageConfirmTheTop(frame: UInt64, isComplete: Bool, is: Bool) {
  let stack = StackRegion(
    kind: .coroutine, name: "", low: Address(0x1000), high: Address(0x8000),
    guard: .none(below: Address(0x1000)), isTopKnown: false)
  #expect(trace(entry(0x2000), entry(frame), isComplete: isComplete).begins(in: stack) == `is`)
}
