extension FaultReport {
  /// Names the frames of its unwind, and with the names says who ate the stack.
  ///
  /// - Parameters:
  ///   - trace: what the unwind was made of.
  ///   - mappings: of the process, while it stood still.
  mutating func name(_ trace: Trace, in mappings: [Mapping], with symbolicator: Symbolicator) {
    guard var unwind else { return }
    let exact = Set(trace.entries.filter(\.isExact).map(\.programCounter))
    let sites = trace.countedSites
    let asked = trace.entries.map(\.programCounter) + sites.map(\.programCounter)
    let names = symbolicator.names(
      of: asked.map { .init(programCounter: $0, isReturnAddress: !exact.contains($0)) },
      in: mappings)
    for (index, name) in names.prefix(unwind.frames.count).enumerated() {
      unwind.frames[index].take(name)
      // The C library's trampoline has no name; a debugger's readers know it by this one.
      if trace.entries[index].isSignalFrame, unwind.frames[index].symbol == nil {
        unwind.frames[index].symbol = "<signal handler called>"
      }
    }
    unwind.recursion = RecursionReport(in: unwind.frames, stackSize: site.stackSize)
    unwind.stackUse = StackUse.table(
      Array(zip(sites, names.suffix(sites.count))), of: trace, stackSize: site.stackSize)
    self.unwind = unwind
  }
}

extension Trace {
  /// What each program counter took: as it was counted while unwinding, or else from the entries.
  var countedSites: [Site] {
    if !sites.isEmpty { return sites }
    var counted: [Address: Site] = [:]
    for entry in entries where entry.frameSize > 0 {
      let none = Site(programCounter: entry.programCounter, frames: 0, bytes: 0)
      counted[entry.programCounter, default: none].frames += entry.count
      counted[entry.programCounter, default: none].bytes += entry.count * entry.frameSize
    }
    return counted.values.sorted {
      ($0.bytes, $0.programCounter) > ($1.bytes, $1.programCounter)
    }
  }
}

extension FrameReport {
  mutating func take(_ name: CodeName) {
    symbol = name.symbol
    offset = name.offset
    image = name.image
    file = name.location?.file
    line = name.location?.line
    column = name.location?.column
    inlined = name.symbol == nil ? nil : name.inlined.map { Inlined($0) }
  }

  /// Every function that is at work there, innermost first; `?` where there is no name.
  var symbols: [String] { (inlined ?? []).map(\.symbol) + [symbol ?? "?"] }
}

extension FrameReport.Inlined {
  fileprivate init(_ inlined: CodeName.Inlined) {
    self.init(
      symbol: inlined.symbol, file: inlined.location?.file, line: inlined.location?.line,
      column: inlined.location?.column)
  }
}
