public import CrashLabModel

/// A layout as a person reads it: the addresses, a drawing of the stacks to scale, and what is
/// dangerous about them.
package struct LayoutText {
  private let report: LayoutReport
  private let theme: Theme
  private let width: Int
  /// More stacks than this are condensed.
  private let detail: Int

  package init(_ report: LayoutReport, theme: Theme, width: Int, detail: Int) {
    self.report = report
    self.theme = theme
    self.width = width
    self.detail = detail
  }

  package func whole() -> String {
    var text = head() + "\n" + areas() + "\n"
    let isCondensed = report.stacks.count > detail
    text += isCondensed ? condensed() : everyStack(report.stacks.reversed())
    return text + warnings()
  }

  private func head() -> String {
    let process = report.process
    let command = process.command?.joined(separator: " ") ?? process.program
    var text = theme.heading("process \(process.id)") + " \(printable(command)): "
    text += counted(process.threads, "thread")
    let coroutines = report.stacks.count { $0.kind == .coroutine }
    if coroutines > 0 { text += ", \(grouped(coroutines)) coroutines" }
    text += ", looked at in \(Int(report.duration.rounded()) / 1000) ms\n"
    if process.threadsWithoutStack > 0 {
      text +=
        "\(grouped(process.threadsWithoutStack)) threads ran or ended in that moment: "
        + "their stacks are not shown\n"
    }
    return text
  }

  // MARK: the addresses

  /// From the highest down, as stacks grow.
  private func areas() -> String {
    var text = theme.heading("addresses") + ", highest first\n"
    var above: AddressArea?
    // The legacy vsyscall page lies among the kernel's own addresses.
    for area in AddressArea.coarse(report.areas).reversed() where area.low.value >> 63 == 0 {
      if let above, above.low > area.high {
        let hole = Int(clamping: above.low.value - area.high.value)
        text += theme.faint("  \("".padding(to: 20))\(bytesInWords(hole)) of nothing") + "\n"
      }
      let size = Int(clamping: area.high.value - area.low.value)
      text +=
        "  \(area.low.description.padding(to: 18))  "
        + "\(name(of: area).padding(to: 28))  \(bytesInWords(size))\n"
      above = area
    }
    return text
  }

  private func name(of area: AddressArea) -> String {
    let stacks = counted(area.stacks, "stack")
    return switch area.kind {
    case .program: "the program"
    case .heap: "heap"
    case .stacks: "\(stacks) and guards"
    case .mainStack: "main stack, so far"
    case .libraries: "libraries and other memory"
    case .files: printable(area.name.split(separator: "/").last.map(String.init) ?? "file")
    case .anonymous: "other memory"
    case .kernel: "the kernel's pages"
    }
  }

  // MARK: every stack

  /// A line a stack, drawn to the scale of the largest.
  private func everyStack(_ stacks: [LayoutReport.Stack]) -> String {
    let columns = max(16, min(48, width - 60))
    let largest = stacks.map(\.size).max() ?? 1
    let names = stacks.map { LayoutText.name(of: $0) }
    let nameWidth = min(24, names.map(\.count).max() ?? 0)
    var text = theme.heading("stacks") + ", highest first; one column is "
    text += bytesInWords(max(1, largest / columns))
    text += ": \(StackBar.legend)\n"
    for (stack, name) in zip(stacks, names) {
      let bar = StackBar.draw(stack, columns: columns, largest: largest)
      text += "  \(name.padding(to: nameWidth))  \(stack.limit.description) \(bar)\n"
      text += "  \("".padding(to: nameWidth))  \(use(stack))\n"
      if let below = stack.below {
        text +=
          "  \("".padding(to: nameWidth))  "
          + theme.faint("below: \(LayoutText.describe(below))") + "\n"
      }
    }
    return text
  }

  package static func name(of stack: LayoutReport.Stack) -> String {
    switch stack.kind {
    case .alternateStack: "alt. \(printable(stack.name))"
    case .main, .thread, .coroutine: printable(stack.name)
    }
  }

  private func use(_ stack: LayoutReport.Stack) -> String {
    let inUse = stack.inUse.map { "\(bytesInWords($0)) in use, " } ?? ""
    var text = "\(bytesInWords(stack.size)), \(inUse)\(bytesInWords(stack.touched)) touched; "
    text += LayoutText.describe(stack.guard)
    if stack.evidence == .stackPointer { text += theme.warning(" (limits uncertain)") }
    return text
  }

  package static func describe(_ guardBelow: Guard) -> String {
    let size = bytesInWords(guardBelow.size)
    return switch guardBelow.kind {
    case .mapping: "guard \(size)"
    case .madvise: "guard \(size), hidden (MADV_GUARD_INSTALL)"
    case .kernelGap: "the kernel keeps \(size) free below"
    case .none: "no guard"
    }
  }

  package static func describe(_ below: LayoutReport.Neighbour) -> String {
    if below.distance > 1 << 30 { return "nothing within 1 GiB" }
    let what = below.kind == .stack ? "the stack of '\(printable(below.name))'" : below.name
    return "\(printable(what)), \(bytesInWords(below.distance)) down"
  }

  // MARK: many stacks

  private func condensed() -> String {
    var text = theme.heading("stacks") + " of a kind\n"
    let groups = StackGroup.gather(report.stacks)
    for group in groups.prefix(20) {
      let touched = group.touched.map(bytesInWords)
      text +=
        "  \(grouped(group.count)) \(printable(group.name)): "
        + "\(bytesInWords(group.size)) each, touched \(touched[0]) (median), \(touched[1]) (most); "
        + "\(LayoutText.describe(group.guard))\n"
    }
    if groups.count > 20 { text += "  and \(groups.count - 20) kinds more\n" }
    text += "\n" + strips()
    let fullest = report.stacks.filter { $0.size > 0 }
      .sorted { Double($0.touched) / Double($0.size) > Double($1.touched) / Double($1.size) }
    text += "\nthe fullest of them (all: --all)\n"
    return text + everyStack(Array(fullest.prefix(8)))
  }

  private func strips() -> String {
    var text = ""
    for area in report.areas where area.kind == .stacks && area.stacks > 1 {
      let strip = StackStrip.draw(
        report.stacks, from: area.low, to: area.high, columns: max(20, width - 4), rows: 6)
      text +=
        theme.heading("to scale") + " from \(area.low), lowest first; one column is "
        + "\(bytesInWords(strip.scale)): \(StackStrip.legend)\n"
      for row in strip.rows { text += "  \(row)\n" }
    }
    return text
  }

  private func warnings() -> String {
    let sentences = report.warningsInWords
    if sentences.isEmpty { return theme.good("no stack is in danger") + "\n" }
    return "\n" + sentences.map { theme.warning("warning: ") + $0 + "\n" }.joined()
  }
}

extension LayoutReport {
  /// - `width`: columns.
  /// - `detail`: how many stacks are shown one by one.
  package func text(theme: Theme = .plain, width: Int = 100, detail: Int = 40) -> String {
    LayoutText(self, theme: theme, width: width, detail: detail).whole()
  }

  public func json() throws -> String { try JSON.text(of: self) + "\n" }
}
