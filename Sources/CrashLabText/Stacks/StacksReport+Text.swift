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
    let command = shortened(printable(report.command.joined(separator: " ")), to: 2 * width)
    var text = theme.heading("stacks") + " of \(command): \(report.subjectInWords)\n"
    if !report.stacks.isEmpty {
      text +=
        theme.faint(line("name", "entry", ["count", "size", "guard", "peak", "used"])) + "\n"
    }
    for group in report.stacks.prefix(StacksText.most) { text += row(group) }
    if report.stacks.count > StacksText.most {
      text += "  and \(report.stacks.count - StacksText.most) groups more (--format json)\n"
    }
    return text + advice() + report.notesInWords.map(indented).joined() + samples()
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
    let text = line(
      group.nameInWords, shortened(entry, to: entryWidth),
      [
        grouped(group.count), group.size.map(bytesInWords) ?? "?",
        group.kind == .main ? "-" : group.guard.map { $0 == 0 ? "none" : bytesInWords($0) } ?? "?",
        group.peakInWords, group.useInWords,
      ])
    return (isFull ? theme.warning(text) : text) + "\n"
  }

  // MARK: - What would have been enough

  private func advice() -> String {
    report.stacks.prefix(StacksText.most).compactMap(\.adviceInWords).map(indented).joined()
  }

  // MARK: - The deepest samples

  private static let mostSamples = 8

  private func samples() -> String {
    var lines = FrameLines(theme: theme, width: width)
    (lines.innermost, lines.outermost) = (12, 4)
    let sampled = report.stacks.filter { $0.deepestSample != nil }
    var text = sampled.prefix(StacksText.mostSamples).map { group -> String in
      guard let sample = group.deepestSample else { return "" }
      let entry = group.kind == .main ? "main stack" : shortSymbol(group.entry ?? "?", width: 40)
      return "\n"
        + theme.heading(
          "deepest sample of \(group.nameInWords) (\(entry)): \(bytesInWords(sample.depth))")
        + (group.peak.map { " of a peak of \(bytesInWords($0))" } ?? "") + "\n"
        + lines.text(of: sample.unwind)
    }.joined()
    if sampled.count > StacksText.mostSamples {
      text += "\nand \(sampled.count - StacksText.mostSamples) samples more (--format json)\n"
    }
    return text
  }

  private func indented(_ words: String) -> String {
    lines(of: words, room: width - 4).enumerated().map { ($0 == 0 ? "  " : "    ") + $1 + "\n" }
      .joined()
  }
}

extension StacksReport.Group {
  /// What would have been enough, and where to set it; nil if that is not known.
  package var adviceInWords: String? {
    guard kind != .main, let size else { return nil }
    let name = "'\(nameInWords)' (\(shortSymbol(entry ?? "?", width: 40)))"
    guard let advice else {
      // An upper bound proves nothing.
      let isUsedUp =
        [.exact, .page].contains(bound)
        && peak.map { size - $0 < bound?.leftWhenFull(pageSize: 4096) ?? 0 } == true
      return isUsedUp
        ? "\(name) has used its whole stack, and may have overflowed: what would have been enough is "
          + "not known (`crashlab exec` tells of an overflow)."
        : nil
    }
    var words =
      advice.size < size
      ? "\(name): \(bytesInWords(advice.size)) would have held it, which saves "
        + "\(bytesInWords(size - advice.size)) of addresses a stack"
      : "\(name): \(bytesInWords(advice.size)) leave a margin of a quarter"
    words += "; \(advice.source.inWords(size: size))."
    if let storage = threadLocalStorage, let peak, storage * 4 > peak {
      words += " Of the peak \(bytesInWords(storage)) are thread-local storage and control block."
    }
    return words
  }

  /// Of the thread; a coroutine has none.
  package var nameInWords: String {
    kind == .coroutine && name.isEmpty ? "coroutine" : printable(name)
  }

  /// The peak, and what it is worth.
  package var peakInWords: String {
    guard let peak, let bound else { return "?" }
    switch bound {
    case .exact: return grouped(peak)
    case .page: return bytesInWords(peak)
    case .atMost: return "≤" + bytesInWords(peak)
    case .atLeast: return "≥" + bytesInWords(peak)
    }
  }

  /// Of the size, as a whole number of hundredths, rounded up; `?` if one of them is not known.
  package var useInWords: String {
    size == nil || peak == nil ? "?" : "\(Int((use * 100).rounded(.up))) %"
  }
}

extension StacksReport {
  /// What is not known, and what the signs mean; a sentence or two each.
  package var notesInWords: [String] {
    var words: [String] = []
    if stacks.contains(where: { $0.bound == .atMost && $0.kind == .thread }) {
      words.append(
        "≤: at most. The C library gives stacks to one thread after the other: pages that an "
          + "earlier thread has touched are not told from its own.")
    }
    if stacks.contains(where: { $0.bound == .atLeast }) {
      words.append("≥: at least. Deeper pages had been given back before they were looked at.")
    }
    let unseen = stacks.reduce(0) { $0 + $1.unseen }
    if unseen > 0 {
      words.append(
        "Of \(counted(unseen, "thread")) the peak is not known: the "
          + "memory was gone before it was looked at.")
    }
    if let samples {
      words.append(
        "\(counted(samples, "sample")) \(samples == 1 ? "was" : "were") taken: the deepest of "
          + "them is not the deepest moment, which may lie between two.")
    }
    return words + notes.map(\.inWords)
  }

  /// `the main stack, 12 threads and 1 coroutine stack`
  package var subjectInWords: String {
    func words(_ noun: String, _ isCounted: (StackKind) -> Bool) -> String? {
      let count = stacks.reduce(0) { $0 + (isCounted($1.kind) ? $1.count : 0) }
      return count == 0 ? nil : counted(count, noun)
    }
    let parts = [
      "the main stack", words("thread") { $0 == .thread || $0 == .alternateStack },
      words("coroutine stack") { $0 == .coroutine },
    ].compactMap { $0 }
    return parts.count < 2
      ? parts[0] : parts.dropLast().joined(separator: ", ") + " and " + parts[parts.count - 1]
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
      "Some stacks were not filled, as there was not memory enough or nobody knows what else lies "
        + "in theirs: their peaks are whole pages."
    case .coroutinesAtEnd:
      "Coroutine stacks were looked for when the program ended: those that it had given back, "
        + "and those that border on other memory, are missing; each is taken to go from its guard "
        + "to the next border, so that size and peak may be less. --coroutines tells more."
    case .stoodElsewhere:
      "Threads were seen on stacks in memory without a guard, of which nobody knows where they "
        + "begin and end (goroutines, coroutines on malloc's memory): they are not told."
    case .looked:
      "Seen while it ran: a thread that began and ended between two looks is missing, and a "
        + "coroutine's stack is told only where a thread stood on it."
    }
  }
}
