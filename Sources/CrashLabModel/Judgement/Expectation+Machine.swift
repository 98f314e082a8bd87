extension Expectation {
  /// With what a machine decides as this machine does it.
  package func resolved(on machine: Machine) -> Expectation {
    var expectation = self
    for index in expectation.faults.indices { expectation.faults[index].resolve(on: machine) }
    if let signal = signalFromSharer, machine.dumpEndsSharers {
      expectation.ending = .killed(signal)
      expectation.counters = [:]
    }
    return expectation
  }
}

extension FaultExpectation {
  fileprivate mutating func resolve(on machine: Machine) {
    let fromLibrary = site.guardKind == .ofThreads
    if fromLibrary { site.guardKind = machine.threadGuard.map { .kind($0) } }
    if let small = site.guardSizeIfShrunk {
      site.guardSize = machine.shrinksCachedGuards.flatMap { $0 ? small : site.guardSize }
    }
    if fromLibrary { site.guardSize = site.guardSize.map { max($0, machine.leastThreadGuard) } }
    frames = frames.map { $0.resolved(on: machine) }
    if code == nil, site.kind == .guard { code = site.guardKind?.kind?.code }
  }
}

extension FaultExpectation.Frame {
  /// The C library's, in maps.
  static let libraryFile = "libc.so."

  fileprivate func resolved(on machine: Machine) -> FaultExpectation.Frame {
    guard case .library(let name) = self, let hasSymbols = machine.librarySymbols else {
      return self
    }
    return hasSymbols ? .symbol(name) : .nameless(in: FaultExpectation.Frame.libraryFile)
  }
}

extension FaultExpectation.GuardKind {
  package var kind: Guard.Kind? { if case .kind(let kind) = self { kind } else { nil } }
}

extension Guard.Kind {
  /// What the kernel answers an access with (arch/x86/mm/fault.c): SEGV_ACCERR where a mapping
  /// forbids it; else as if nothing were mapped.
  fileprivate var code: FaultExpectation.CodeName? {
    switch self {
    case .mapping: .segvAccErr
    case .madvise, .kernelGap: .segvMapErr
    case .none: nil
    }
  }
}
