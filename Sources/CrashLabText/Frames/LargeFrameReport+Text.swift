package import CrashLabModel

extension LargeFrameReport {
  /// What there is besides the functions with a step larger than the guard.
  package var countsInWords: [String] {
    var lines: [String] = []
    if summary.probed > 0 { lines.append("\(counted(summary.probed, "function")) with probes") }
    if summary.dynamic > 0 {
      lines.append(
        "\(counted(summary.dynamic, "function")) without probes and with a frame whose size only "
          + "running tells (--format json and --html name them)")
    }
    if summary.notUnderstood > 0 {
      lines.append("\(counted(summary.notUnderstood, "function")) not understood to the end")
    }
    return lines
  }

  /// - `limit`: how many functions are shown.
  /// - `width`: columns of a line of prose.
  package func text(theme: Theme = .plain, limit: Int = 40, width: Int = 80) -> String {
    var text = theme.heading(printable(program)) + ":\n"
    text +=
      wrapped(
        "\(grouped(summary.functions)) functions, \(grouped(summary.unprobed)) of them move the "
          + "stack pointer by more than \(bytesInWords(guardSize)) at once", to: width) + "\n"
    for function in functions.prefix(limit) {
      text += "  \(grouped(function.step ?? 0).aligned(to: 14)) bytes  "
      let place = function.file.map { file in
        " at \(printable(lastComponent(file)))" + (function.line.map { ":\($0)" } ?? "")
      }
      text += theme.symbol(
        shortSymbol(
          function.symbol ?? "\(function.address)", width: max(20, width - 24 - (place ?? "").count)
        ))
      text += theme.faint(place ?? "")
      text += "\n"
    }
    if functions.count > limit {
      text += "  and \(grouped(functions.count - limit)) more (--all)\n"
    }
    for line in countsInWords { text += wrapped(line, to: width) + "\n" }
    return text + uncoveredText(theme: theme, limit: limit, width: width)
  }

  private func uncoveredText(theme: Theme, limit: Int, width: Int) -> String {
    let pieces = unproved.sorted { ($1.step ?? .max, $1.size) < ($0.step ?? .max, $0.size) }
    if pieces.isEmpty { return "" }
    let bytes = pieces.reduce(0) { $0 + $1.size }
    var text = wrapped(
      "\(grouped(bytes)) bytes of code are not covered by call-frame information:", to: width)
    text += "\n"
    for piece in pieces.prefix(limit) {
      text += "  \(grouped(piece.size).aligned(to: 14)) bytes  "
      text += theme.symbol(printable(piece.symbol ?? "\(piece.address)"))
      text += theme.faint(" in \(printable(piece.section.isEmpty ? "a segment" : piece.section))")
      switch piece.step {
      case let step? where step > guardSize:
        text += ", moves the stack pointer by \(grouped(step)) at once"
      case nil: text += ", can't be read to its end"
      default: break
      }
      text += "\n"
    }
    if pieces.count > limit { text += "  and \(grouped(pieces.count - limit)) more (--all)\n" }
    return text
  }
}
