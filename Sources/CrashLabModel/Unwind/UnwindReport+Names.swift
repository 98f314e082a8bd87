extension UnwindReport {
  /// What an unwind found, without names.
  package init(_ trace: Trace, by source: EvidenceSource, handlerStackUsed: Int? = nil) {
    self.init(
      by: source, frameCount: trace.frameCount, complete: trace.isComplete,
      steps: trace.steps, duration: trace.duration, handlerStackUsed: handlerStackUsed,
      frames: trace.entries.map { UnwindReport.Frame($0) })
  }

  /// Puts names to the frames, and with the names says who ate the stack.
  ///
  /// - Parameters:
  ///   - names: of `trace.codeAddresses`, in their order.
  ///   - missing: images of which names or lines are missing.
  ///   - trace: what the unwind was made of.
  ///   - stackSize: bytes; nil if it is not known.
  package mutating func take(
    _ names: [CodeName], missing: [MissingNames], of trace: Trace, stackSize: Int?
  ) {
    let sites = trace.countedSites
    missingNames = missing
    for (index, name) in names.prefix(frames.count).enumerated() {
      frames[index].take(trace.entries[index].isSignalFrame ? name.ofSignalFrame : name)
    }
    let own = trace.entriesOnFirstStack
    let others = trace.entries[own...].reduce(0) { $0.plus($1.count) }
    recursion = UnwindReport.Recursion(
      in: Array(frames.prefix(own)), frameCount: frameCount.plus(-others), stackSize: stackSize)
    let trampolines = Set(trace.entries.lazy.filter(\.isSignalFrame).map(\.programCounter))
    let named = zip(sites, names.suffix(sites.count)).map { site, name in
      (site: site, name: trampolines.contains(site.programCounter) ? name.ofSignalFrame : name)
    }
    stackUse = StackUse.table(named, of: trace, stackSize: others == 0 ? stackSize : nil)
  }
}

extension CodeName {
  /// As gdb names the frame that a signal makes.
  package static let signalFrame = "<signal handler called>"

  /// The kernel returns from a signal through a few instructions of libc's that it does not export:
  /// they are called as in gdb, whether or not there is debug information for them.
  fileprivate var ofSignalFrame: CodeName {
    CodeName(symbol: CodeName.signalFrame, offset: 0, image: image)
  }
}

extension Trace {
  /// What is to be named: every entry, then every counted site.
  package var codeAddresses: [CodeAddress] {
    let exact = Set(entries.filter(\.isExact).map(\.programCounter))
    return (entries.map(\.programCounter) + countedSites.map(\.programCounter)).map {
      CodeAddress(programCounter: $0, isReturnAddress: !exact.contains($0))
    }
  }

  /// What each program counter took: as it was counted while unwinding, or else from the entries.
  package var countedSites: [Site] {
    if !sites.isEmpty { return sites }
    var counted: [Address: Site] = [:]
    for entry in entries where entry.frameSize > 0 {
      let none = Site(programCounter: entry.programCounter, frames: 0, bytes: 0)
      var site = counted[entry.programCounter] ?? none
      site.frames = site.frames.plus(entry.count)
      site.bytes = site.bytes.plus(entry.count.times(entry.frameSize))
      counted[entry.programCounter] = site
    }
    return counted.values.sorted {
      ($0.bytes, $0.programCounter) > ($1.bytes, $1.programCounter)
    }
  }
}

extension UnwindReport.Frame {
  package mutating func take(_ name: CodeName) {
    symbol = name.symbol
    offset = name.offset
    image = name.image
    file = name.location?.file
    line = name.location?.line
    column = name.location?.column
    inlined = name.symbol == nil ? nil : name.inlined.map { Inlined($0) }
  }

  /// Every function that is at work there, innermost first; `?` where there is no name.
  package var symbols: [String] { (inlined ?? []).map(\.symbol) + [symbol ?? "?"] }
}

extension UnwindReport.Frame.Inlined {
  fileprivate init(_ inlined: CodeName.Inlined) {
    self.init(
      symbol: inlined.symbol, file: inlined.location?.file, line: inlined.location?.line,
      column: inlined.location?.column)
  }
}

extension UnwindReport.Frame {
  package init(_ entry: Trace.Entry) {
    self.init(
      index: entry.index, count: entry.count, period: entry.period,
      programCounter: entry.programCounter, symbol: nil, file: nil, line: nil, column: nil,
      image: nil, offset: nil, frameSize: entry.frameSize > 0 ? entry.frameSize : nil,
      inlined: nil)
  }
}
