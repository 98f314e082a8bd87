/// Who is to blame for an overflow, in words.
struct CulpritText {
  let theme: Theme
  let width: Int

  /// Lines, each indented by two; "" if nothing stands out.
  func text(of fault: FaultReport) -> String {
    guard let unwind = fault.unwind else { return "" }
    var text = ""
    if let recursion = unwind.recursion {
      text += self.recursion(recursion)
    } else if let frame = fault.largestFrame {
      text += phrases(
        ["one frame: \(name(.init(frame)))"],
        ["\(bytesInWords(frame.frameSize ?? 0))"]
          + (fault.site.stackSize.map {
            ["\(percent(Double(frame.frameSize ?? 0) / Double($0))) of the stack"]
          } ?? []))
    }
    let explained = unwind.recursion?.share ?? fault.largestFrame.map { _ in 1 } ?? 0
    if fault.site.isOverflow, explained < 0.9, let table = unwind.stackUse, table.count > 1 {
      text += self.table(table)
    }
    return text
  }

  private func recursion(_ recursion: RecursionReport) -> String {
    let functions = recursion.distinctFunctions
    let named = functions.prefix(4).map { name($0) }.joined(separator: " → ")
    let more = functions.count > 4 ? " → … (\(functions.count) functions)" : ""
    var facts: [String] = []
    if recursion.period == 1 {
      facts.append("\(grouped(recursion.count)) times")
      if let size = recursion.functions[0].frameSize {
        facts.append("\(grouped(size)) bytes a frame")
      }
    } else {
      facts.append("\(grouped(recursion.count)) rounds of \(recursion.period) frames")
      let sizes = recursion.functions.compactMap(\.frameSize)
      if sizes.count == recursion.period {
        let each = sizes.count <= 6 ? " (\(sizes.map(grouped).joined(separator: " + ")))" : ""
        facts.append("\(grouped(sizes.reduce(0, +))) bytes a round\(each)")
      }
    }
    if let share = recursion.share { facts.append("\(percent(share)) of the stack") }
    let entry = recursion.enteredFrom.map { "  entered from \(name($0))\n" } ?? ""
    return phrases(["recursion: \(named)\(more)"], facts) + entry
  }

  private func name(_ function: RecursionReport.Function) -> String {
    let symbol = function.symbol.map { shortSymbol($0, width: max(24, width / 2)) }
    let place = function.file.map { " \(lastComponent($0)):\(function.line ?? 0)" }
    let unnamed =
      function.image.map(lastComponent) ?? function.programCounter.description
    return theme.symbol(symbol ?? unnamed) + (place ?? "")
  }

  /// Phrases with commas between, on as few lines as they fit in.
  private func phrases(_ first: [String], _ rest: [String]) -> String {
    var lines: [String] = []
    var line = ""
    for phrase in first + rest {
      let joined = line.isEmpty ? "  \(phrase)" : "\(line), \(phrase)"
      if !line.isEmpty && theme.visibleCount(joined) >= width {
        lines.append(line + ",")
        line = "    \(phrase)"
      } else {
        line = joined
      }
    }
    return (lines + [line]).joined(separator: "\n") + "\n"
  }

  // MARK: - The table

  private static let mostRows = 10

  private func table(_ uses: [StackUse]) -> String {
    let rows = uses.prefix(CulpritText.mostRows)
    let rest = uses.dropFirst(CulpritText.mostRows)
    var cells = rows.map { use in
      Row(
        name: use.symbol.map { shortSymbol($0, width: max(16, width - 44)) }
          ?? use.image.map(lastComponent) ?? "all others",
        frames: grouped(use.frames), bytes: grouped(use.bytes),
        share: use.share.map(percent) ?? "")
    }
    if !rest.isEmpty {
      let share = rest.reduce(0) { $0 + ($1.share ?? 0) }
      cells.append(
        Row(
          name: "\(rest.count) more", frames: grouped(rest.reduce(0) { $0 + $1.frames }),
          bytes: grouped(rest.reduce(0) { $0 + $1.bytes }), share: percent(share)))
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
func percent(_ share: Double) -> String {
  guard share.isFinite, share >= 0 else { return "? %" }
  let tenths = Int((min(share, 1e9) * 1000).rounded(.down))
  return "\(grouped(tenths / 10)).\(tenths % 10) %"
}

extension FaultReport {
  /// A frame that alone takes a good part of the stack, or more than all of it.
  fileprivate var largestFrame: FrameReport? {
    guard site.isOverflow, let size = site.stackSize,
      let frame = unwind?.frames.max(by: { ($0.frameSize ?? 0) < ($1.frameSize ?? 0) }),
      let bytes = frame.frameSize, bytes >= size / 4
    else { return nil }
    return frame
  }
}

extension RecursionReport {
  /// A function that calls on from several places is one function.
  fileprivate var distinctFunctions: [Function] {
    var seen: Set<String> = []
    return functions.filter { seen.insert($0.symbol ?? $0.programCounter.description).inserted }
  }
}
