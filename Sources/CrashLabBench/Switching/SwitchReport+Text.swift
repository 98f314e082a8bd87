internal import CrashLab
internal import CrashLabModel
package import CrashLabText

extension SwitchReport {
  /// The report for a person.
  package func text(theme: Theme) -> String {
    var parts = [header(theme), suite(kinds, "What it costs", theme)]
    if !unpinned.isEmpty {
      parts.append(suite(unpinned, "Not pinned (the scheduler's choice, not a cost)", theme))
    }
    if let tlb { parts.append(tlb.text(theme: theme)) }
    if let scaleTest { parts.append(scaleTest.text(theme: theme)) }
    parts += shortfallsInWords.map { theme.warning($0) + "\n" }
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// What is missing, a sentence each.
  package var shortfallsInWords: [String] {
    var words: [String] = []
    if !starved.isEmpty {
      let names = starved.map(\.inWords).joined(separator: "; ")
      words.append("not measured, as the core had other work: \(names)")
    }
    if !absent.isEmpty { words.append("not installed: \(absent.joined(separator: ", "))") }
    if interrupted { words.append("interrupted: what was measured until then") }
    return words
  }

  private func header(_ theme: Theme) -> String {
    let place = placement.core.map { "core \($0)" } ?? "no core of its own"
    let clock = kinds.first { $0.median > 0 }.map { $0.cycles / $0.median } ?? 0
    var lines = [
      "\(machine.cpu), \(machine.kernel), \(machine.libc)",
      "\(place), SCHED_\(placement.policy.rawValue.uppercased()), "
        + "\(Figures.short(clock)) cycles a nanosecond, "
        + "\(kinds.map(\.samples.count).max() ?? 0) rounds",
      conditions.inWords,
    ]
    if let shortfall = conditions.flushCounting.shortfall { lines.append(theme.faint(shortfall)) }
    lines += conditions.mitigations.map { theme.faint("mitigated: \($0)") }
    if machine.build == "debug" {
      lines.append(theme.warning("a debug build: its own loops are slow, take a release build"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func suite(_ kinds: [SwitchKindReport], _ title: String, _ theme: Theme) -> String {
    if kinds.isEmpty { return "" }
    let scale = BarScale(
      low: (kinds.map(\.median).filter { $0 > 0 }.min() ?? 1) / 2,
      high: kinds.map(\.median).max() ?? 1, isLogarithmic: true)
    let width = (kinds.map(\.name.inWords.count).max() ?? 0) + 2
    let columns = ["ns", "quartiles", "cycles", "coroutine=1", "net ns", "switches"]
    let widths = [9, 16, 9, 12, 9, 10]
    var text =
      theme.heading(
        title.padding(to: width)
          + zip(columns, widths).map { $0.aligned(to: $1) }.joined()) + "\n"
    for kind in kinds {
      let cells = [
        Figures.short(kind.median),
        "\(Figures.short(kind.lowerQuartile))-\(Figures.short(kind.upperQuartile))",
        Figures.short(kind.cycles), kind.timesCoroutine.map(Figures.short) ?? "",
        kind.net.map(Figures.short) ?? "",
        kind.switchesPerHop < 0.0005 ? "0" : Figures.fixed(kind.switchesPerHop, 3),
      ]
      text +=
        kind.name.inWords.padding(to: width)
        + zip(cells, widths).map { $0.aligned(to: $1) }.joined() + "  "
        + theme.symbol(scale.bar(kind.median)) + "\n"
    }
    return text
  }
}
