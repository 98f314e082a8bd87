package import CrashLabModel

extension StacksReport {
  /// A line a group, what would have been enough, and what is not known.
  ///
  /// - Parameter width: columns.
  package func text(theme: Theme = .plain, width: Int = 80) -> String {
    StacksText(report: self, theme: theme, width: max(80, width)).whole()
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }
}

private struct StacksText {
  let report: StacksReport
  let theme: Theme
  let width: Int

  private static let most = 40
  private static let nameWidth = 15
  private static let numbers = [8, 9, 8, 10, 5]
  private var entryWidth: Int { width - 17 - 1 - StacksText.numbers.reduce(0) { $0 + $1 + 1 } }

  func whole() -> String {
    let threads = report.stacks.reduce(0) { $0 + ($1.kind == .main ? 0 : $1.count) }
    var text = theme.heading("stacks") + " of \(printable(report.command.joined(separator: " "))): "
    text += threads == 0 ? "the main stack" : "the main stack and \(grouped(threads)) "
    text += threads == 0 ? "\n" : (threads == 1 ? "thread\n" : "threads\n")
    if !report.stacks.isEmpty {
      text +=
        theme.faint(line("name", "entry", ["count", "size", "guard", "peak", "used"])) + "\n"
    }
    for group in report.stacks.prefix(StacksText.most) { text += row(group) }
    if report.stacks.count > StacksText.most {
      text += "  and \(report.stacks.count - StacksText.most) groups more (--format json)\n"
    }
    return text + advice() + notes()
  }

  private func line(_ name: String, _ entry: String, _ cells: [String]) -> String {
    var text = "  " + shortened(name, to: StacksText.nameWidth).padding(to: StacksText.nameWidth)
    text += " " + entry.padding(to: entryWidth)
    for (cell, width) in zip(cells, StacksText.numbers) { text += " " + cell.aligned(to: width) }
    return text
  }

  private func row(_ group: StacksReport.Group) -> String {
    let entry =
      group.kind == .main ? "main stack" : shortSymbol(group.entry ?? "?", width: entryWidth)
    let isFull = group.use >= 0.8
    let used =
      group.size == nil || group.peak == nil ? "?" : "\(Int((group.use * 100).rounded(.up))) %"
    let text = line(
      printable(group.name), shortened(entry, to: entryWidth),
      [
        grouped(group.count), group.size.map(bytesInWords) ?? "?",
        group.kind == .main ? "-" : group.guard.map { $0 == 0 ? "none" : bytesInWords($0) } ?? "?",
        peak(group), used,
      ])
    return (isFull ? theme.warning(text) : text) + "\n"
  }

  private func peak(_ group: StacksReport.Group) -> String {
    guard let peak = group.peak, let bound = group.bound else { return "?" }
    switch bound {
    case .exact: return grouped(peak)
    case .page: return bytesInWords(peak)
    case .atMost: return "≤" + bytesInWords(peak)
    case .atLeast: return "≥" + bytesInWords(peak)
    }
  }

  // MARK: - What would have been enough

  private func advice() -> String {
    var text = ""
    for group in report.stacks.prefix(StacksText.most) where group.kind != .main {
      guard let advice = group.advice, let size = group.size else { continue }
      let name = "'\(printable(group.name))' (\(shortSymbol(group.entry ?? "?", width: 40)))"
      var words =
        advice.size < size
        ? "\(name): \(bytesInWords(advice.size)) would have held it, which saves "
          + "\(bytesInWords(size - advice.size)) of addresses a stack"
        : "\(name): \(bytesInWords(advice.size)) leave a margin of a quarter"
      words += "; \(advice.source.inWords(size: size))."
      if let storage = group.threadLocalStorage, let peak = group.peak, storage * 4 > peak {
        words += " Of the peak \(bytesInWords(storage)) are thread-local storage and control block."
      }
      text += indented(words)
    }
    return text
  }

  private func indented(_ words: String) -> String {
    lines(of: words, room: width - 4).enumerated().map { ($0 == 0 ? "  " : "    ") + $1 + "\n" }
      .joined()
  }

  // MARK: - What is not known

  private func notes() -> String {
    var text = ""
    if report.stacks.contains(where: { $0.bound == .atMost }) {
      text += indented(
        "≤: at most. The C library gives stacks to one thread after the other: pages that an "
          + "earlier thread has touched are not told from its own.")
    }
    if report.stacks.contains(where: { $0.bound == .atLeast }) {
      text += indented("≥: at least. Deeper pages had been given back before they were looked at.")
    }
    let unseen = report.stacks.reduce(0) { $0 + $1.unseen }
    if unseen > 0 {
      text += indented(
        "Of \(grouped(unseen)) \(unseen == 1 ? "thread" : "threads") the peak is not known: the "
          + "memory was gone before it was looked at.")
    }
    for note in report.notes { text += indented(note.inWords) }
    return text
  }
}

extension StacksNote {
  package var inWords: String {
    switch self {
    case .noBreakpoint:
      "This machine has no hardware breakpoint to give: the C library gives a thread's pages back "
        + "before it ends, and what is told of threads is what was left."
    case .noMadvise:
      "The C library's madvise was not found in the program: what is told of threads is what was "
        + "left when they ended."
    case .endNotSeen:
      "The program was ended from outside before its last stacks could be looked at."
    case .executedAnother:
      "It has executed another program: what is told is of the last one."
    case .notAllFilled:
      "Some stacks were not filled, as there was not memory enough: their peaks are whole pages."
    }
  }
}
