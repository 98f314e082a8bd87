package import CrashLabModel

/// Who is to blame for an overflow, in words.
package struct CulpritText {
  package let theme: Theme
  package let width: Int

  package init(theme: Theme, width: Int) {
    self.theme = theme
    self.width = width
  }

  /// Lines, each indented by two; "" if nothing stands out.
  package func text(of fault: FaultReport) -> String {
    consumer(fault) + python(fault) + threadBlock(fault) + stackSize(fault) + ownCode(fault)
  }

  /// The functions of Python that recursed, where that has filled the stack.
  private func python(_ fault: FaultReport) -> String {
    guard fault.site.isOverflow, let unwind = fault.unwind,
      let recursion = PythonRecursion(filling: unwind, stackSize: fault.site.stackSize)
    else { return "" }
    let shown = recursion.functions.prefix(4)
    let names = shown.map { frame in
      let place = "\(lastComponent(frame.file))\(frame.line.map { ":\($0)" } ?? "")"
      return "\(theme.symbol(shortSymbol(frame.function, width: width / 2))) \(place)"
    }
    var share: [String] = []
    if let used = unwind.pythonStackUsed, let size = fault.site.stackSize {
      share = ["\(percent(Double(used) / Double(size))) of the stack"]
    }
    let frames = recursion.functions.reduce(0) { $0.plus($1.count) }
    return flowing(
      ["recursion in Python:"] + names.dropLast().map { $0 + "," } + names.suffix(1),
      ["\(grouped(frames)) of \(grouped(recursion.all)) frames"] + share)
  }

  private func stackSize(_ fault: FaultReport) -> String {
    guard let source = fault.stackSizeSource else { return "" }
    return wrapped(
      "its size: \(source.inWords(size: fault.site.stackSize))", to: max(20, width - 4)
    ).split(separator: "\n").enumerated().map { ($0 == 0 ? "  " : "    ") + $1 + "\n" }.joined()
  }

  /// Where a recursion is told, that is where the own code is.
  private func ownCode(_ fault: FaultReport) -> String {
    guard let unwind = fault.unwind, unwind.recursion == nil else { return "" }
    let python = unwind.python ?? []
    let code = OwnCode.all(in: unwind.frames).first { python.isEmpty || !$0.isOfPython }
    return (code.map(ownCode) ?? "") + ownPython(python)
  }

  private func ownCode(_ own: OwnCode) -> String {
    let frame = own.index == 0 ? "" : " (frame \(own.index))"
    return "  in \(name(own.function, after: nil, room: width - 6 - frame.count))\(frame)\n"
  }

  /// Where an interpreter was at work, the program is what it ran.
  private func ownPython(_ frames: [PythonFrameReport]) -> String {
    guard let frame = frames.first(where: { !$0.isOfLibrary }) ?? frames.first else { return "" }
    let place = "\(lastComponent(frame.file))\(frame.line.map { ":\($0)" } ?? "")"
    let name = shortSymbol(frame.function, width: max(24, width - 20 - place.count))
    return "  in Python: \(theme.symbol(name)) \(place)\n"
  }

  /// What no frame has taken, where that is a good part of the stack.
  private func threadBlock(_ fault: FaultReport) -> String {
    guard fault.site.isOverflow, let size = fault.site.stackSize, size > 0,
      let bytes = fault.unwind?.threadBlockSize, bytes >= size / 20
    else { return "" }
    return flowing(
      ["above the frames:", "thread-local storage and the thread's control block"],
      [bytesInWords(bytes), "\(percent(Double(bytes) / Double(size))) of the stack"])
  }

  private func consumer(_ fault: FaultReport) -> String {
    guard let unwind = fault.unwind else { return "" }
    if let recursion = unwind.recursion {
      return self.recursion(recursion, calls: unwind.calls(in: recursion))
    }
    if let frame = fault.largestFrame { return self.frame(frame, of: fault.site.stackSize) }
    guard fault.site.isOverflow, let uses = unwind.stackUse, uses.count > 1 else { return "" }
    return table(uses) + entered(unwind.entry)
  }

  /// - Parameter calls: of its functions in a round, with those that were inlined.
  private func recursion(_ recursion: UnwindReport.Recursion, calls: Int) -> String {
    let functions = recursion.distinctFunctions
    var pieces = ["recursion:"]
    var file: String?
    for function in functions.prefix(4) {
      let arrow = file == nil && pieces.count == 1 ? "" : "→ "
      pieces.append(arrow + name(function, after: file))
      file = function.file
    }
    if functions.count > 4 { pieces.append("→ … (\(functions.count) functions)") }
    return flowing(pieces, facts(recursion, calls: calls)) + entered(recursion.enteredFrom)
  }

  private func facts(_ recursion: UnwindReport.Recursion, calls: Int) -> [String] {
    var facts: [String] = []
    let sizes = recursion.functions.compactMap(\.frameSize)
    let size = sizes.count == recursion.period ? sizes.reduce(0) { $0.plus($1) } : nil
    if recursion.period == 1 {
      facts.append("\(grouped(recursion.count)) times")
      if let size { facts.append("\(grouped(size)) bytes a frame") }
    } else {
      facts.append("\(grouped(recursion.count)) rounds of \(recursion.period) frames")
      if let size {
        let each = sizes.count <= 6 ? " (\(sizes.map(grouped).joined(separator: " + ")))" : ""
        facts.append("\(grouped(size)) bytes a round\(each)")
      }
    }
    if calls > recursion.period {
      let whose = recursion.period == 1 ? "a frame" : "a round"
      facts.append("\(calls) calls \(whose) (\(calls - recursion.period) inlined)")
    }
    if let share = recursion.share { facts.append("\(percent(share)) of the stack") }
    return facts
  }

  private func frame(_ frame: UnwindReport.Frame, of stackSize: Int?) -> String {
    let size = frame.frameSize ?? 0
    let share = stackSize.map { ["\(percent(Double(size) / Double($0))) of the stack"] }
    return flowing(
      ["one frame:", name(.init(frame), after: nil)], [bytesInWords(size)] + (share ?? []))
  }

  private func entered(_ function: UnwindReport.Recursion.Function?) -> String {
    function.map { "  entered from \(name($0, after: nil, room: width - 15))\n" } ?? ""
  }

  /// The file is not said again where it is that of the function before.
  private func name(
    _ function: UnwindReport.Recursion.Function, after file: String?, room: Int? = nil
  ) -> String {
    let place = function.file.map {
      ($0 == file ? " :" : " \(lastComponent($0)):") + "\(function.line ?? 0)"
    }
    let half = room.map { $0 - (place ?? "").count } ?? width / 2
    let symbol = function.symbol.map { shortSymbol($0, width: max(24, half)) }
    let image = function.image.map { "\(lastComponent($0)) " } ?? ""
    let unnamed = image + function.programCounter.description
    return theme.symbol(symbol ?? unnamed) + (place ?? "")
  }

  /// Pieces with spaces between, then facts with commas, on as few lines as they fit in.
  private func flowing(_ pieces: [String], _ facts: [String]) -> String {
    let parts = pieces.map { ($0, " ") } + facts.map { ($0, ", ") }
    var lines: [String] = []
    var line = ""
    for (part, separator) in parts {
      let joined = line.isEmpty ? "  \(part)" : line + separator + part
      // The comma stays on the line that it ends.
      if !line.isEmpty && theme.visibleCount(joined) >= width {
        lines.append(separator == " " ? line : line + ",")
        line = "    \(part)"
      } else {
        line = joined
      }
    }
    return (lines + [line]).joined(separator: "\n") + "\n"
  }

  // MARK: - The table

  private static let mostRows = 10

  private func table(_ uses: [StackUse]) -> String {
    let rows = uses.prefix(CulpritText.mostRows).prefix { ($0.share ?? 1) >= 0.001 }
    let rest = uses.dropFirst(rows.count)
    var cells = rows.map { use in
      Row(
        name: use.symbol.map { shortSymbol($0, width: max(16, width - 44)) }
          ?? use.image.map(lastComponent) ?? "all others",
        frames: grouped(use.frames), bytes: grouped(use.bytes),
        share: use.share.map(percent) ?? "")
    }
    if !rest.isEmpty {
      let share = rest.reduce(0) { $0 + ($1.share ?? 0) }
      // The last row may stand for functions that nobody has counted.
      let isCounted = !rest.contains { $0.symbol == nil && $0.image == nil }
      cells.append(
        Row(
          name: isCounted ? "\(rest.count) more" : "all others",
          frames: grouped(rest.reduce(0) { $0.plus($1.frames) }),
          bytes: grouped(rest.reduce(0) { $0.plus($1.bytes) }), share: percent(share)))
    }
    let heading = Row(name: "who ate the stack", frames: "frames", bytes: "bytes", share: "share")
    let all = [heading] + cells
    let widths = (
      all.map(\.name.count).max() ?? 0, all.map(\.frames.count).max() ?? 0,
      all.map(\.bytes.count).max() ?? 0, all.map(\.share.count).max() ?? 0
    )
    return all.enumerated().map { index, row in
      let figures =
        "  \(row.frames.aligned(to: widths.1))  \(row.bytes.aligned(to: widths.2))"
        + "  \(row.share.aligned(to: widths.3))"
      let name = row.name.padding(to: widths.0)
      return index == 0
        ? theme.faint("  \(name)\(figures)\n") : "  \(theme.symbol(name))\(figures)\n"
    }.joined()
  }

  private struct Row {
    var name: String
    var frames: String
    var bytes: String
    var share: String
  }
}

/// `99.9 %`
package func percent(_ share: Double) -> String {
  guard share.isFinite, share >= 0 else { return "? %" }
  let tenths = Int((min(share, 1e9) * 1000).rounded(.down))
  return "\(grouped(tenths / 10)).\(tenths % 10) %"
}

extension FaultReport {
  /// A frame that alone takes a good part of the stack, or more than all of it.
  fileprivate var largestFrame: UnwindReport.Frame? {
    guard site.isOverflow, let size = site.stackExtent,
      // What lies behind a signal's frame may be another stack.
      let frame = unwind?.frames.filter({ $0.symbol != CodeName.signalFrame })
        .max(by: { ($0.frameSize ?? 0) < ($1.frameSize ?? 0) }),
      let bytes = frame.frameSize, bytes >= size / 4
    else { return nil }
    return frame
  }
}

extension UnwindReport {
  /// Where an irregular recursion was entered from: outside of the last frame of a function that
  /// is in the trace more than once; nil where nobody knows.
  fileprivate var entry: UnwindReport.Recursion.Function? {
    let rows = stackUse ?? []
    let counted = Set(rows.compactMap(\.symbol))
    // Functions without a row of their own may repeat too, in frames that are not listed.
    let others = rows.first { $0.symbol == nil && $0.image == nil }?.frames ?? 0
    let listed = frames.count { !counted.contains($0.symbol ?? "") }
    guard others <= listed else { return nil }
    let repeated = Set(rows.filter { $0.frames > 1 }.compactMap(\.symbol))
    guard let last = frames.lastIndex(where: { repeated.contains($0.symbol ?? "") }),
      last + 1 < frames.count
    else { return nil }
    return UnwindReport.Recursion.Function(calling: frames[last + 1])
  }
}

extension UnwindReport.Recursion {
  /// A function that calls on from several places is one function.
  fileprivate var distinctFunctions: [Function] {
    var seen: Set<String> = []
    return functions.filter { seen.insert($0.symbol ?? $0.programCounter.description).inserted }
  }
}
