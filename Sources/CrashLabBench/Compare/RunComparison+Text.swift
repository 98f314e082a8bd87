internal import CrashLab
internal import CrashLabModel
package import CrashLabText

extension RunComparison {
  /// What differs, for a person.
  package func text(theme: Theme = .plain) -> String {
    var text = theme.heading("first   ") + printable(first.name) + "\n"
    text += theme.heading("second  ") + printable(second.name) + "\n"
    if !machine.isEmpty { text += "\n\(theme.heading("machine"))\n" }
    for difference in machine {
      text += row(difference.what, difference.first, difference.second, theme, isStrong: false)
    }
    for crashCase in cases {
      text += "\n\(theme.heading(printable(crashCase.name)))"
      text += crashCase.attempts == [1, 1] ? "\n" : "  \(attempts(crashCase))\n"
      for difference in crashCase.differences {
        text += row(
          difference.what.rawValue, difference.first, difference.second, theme,
          isStrong: difference.isBehaviour)
      }
    }
    for (names, side) in [(onlyInFirst, "first"), (onlyInSecond, "second")] where !names.isEmpty {
      text += "\nonly in the \(side): \(names.map(printable).joined(separator: ", "))\n"
    }
    return text + "\n" + sentence(theme) + "\n"
  }

  /// `7 cases are alike, 1 differs in behaviour, 3 only in figures`
  package func sentence(_ theme: Theme = .plain) -> String {
    let behaviour = cases.count { $0.differences.contains(where: \.isBehaviour) }
    let figures = cases.count - behaviour
    var parts = ["\(grouped(alike)) \(alike == 1 ? "case is" : "cases are") alike"]
    let strong = "\(grouped(behaviour)) \(behaviour == 1 ? "differs" : "differ") in behaviour"
    parts.append(behaviour == 0 ? "none differs in behaviour" : theme.bad(strong))
    if figures > 0 {
      parts.append("\(grouped(figures)) \(figures == 1 ? "differs" : "differ") in figures only")
    }
    return parts.joined(separator: ", ")
  }

  private func attempts(_ crashCase: Case) -> String {
    crashCase.attempts.map { "\(grouped($0))" }.joined(separator: " and ") + " attempts"
  }

  private func row(
    _ what: String, _ first: String, _ second: String, _ theme: Theme, isStrong: Bool
  ) -> String {
    let label = "  \(what.padding(to: 24))"
    let indent = String(repeating: " ", count: 26)
    let (first, second) = (printable(first), printable(second))
    let between = first.count + second.count > 60 ? "\n\(indent)→ " : " → "
    return "\(isStrong ? theme.bad(label) : label)\(first)\(between)\(second)\n"
  }
}
