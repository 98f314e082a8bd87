internal import CrashLabModel

extension Doctor {
  /// A line for each finding and one for what follows.
  package func text(theme: Theme = .plain, width: Int = 100) -> String {
    let column = findings.map(\.title.count).max() ?? 0
    var text = ""
    for finding in findings {
      text += "\(Doctor.mark(finding.standing, theme)) "
      text += "\(theme.heading(finding.title.padding(to: column)))  \(finding.value)\n"
      let indent = String(repeating: " ", count: column + 7)
      for line in lines(of: finding.consequence, room: max(30, width - column - 7)) {
        text += theme.faint("\(indent)\(line)") + "\n"
      }
    }
    return text + "\n" + verdict(theme)
  }

  private func verdict(_ theme: Theme) -> String {
    guard isSound else { return theme.bad("The laboratory can't do its work here.") + "\n" }
    let less = findings.filter { $0.standing != .good }
    return less.isEmpty
      ? theme.good("The laboratory can do all its work here.") + "\n"
      : theme.good("The laboratory can do its work here")
        + ", with less of: \(less.map(\.title).joined(separator: ", ")).\n"
  }

  private static func mark(_ standing: Finding.Standing, _ theme: Theme) -> String {
    switch standing {
    case .good: theme.good("ok  ")
    case .limited: theme.warning("less")
    case .missing: theme.warning("no  ")
    case .broken: theme.bad("FAIL")
    }
  }
}
