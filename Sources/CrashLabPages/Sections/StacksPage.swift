package import CrashLab
internal import CrashLabText

/// How much of its stacks a program has used, in one self-contained HTML file.
package enum StacksPage {
  private static let most = 500

  package static func html(_ report: StacksReport, heading: RunHeading = RunHeading()) -> String {
    SectionsPage(
      title: "Stacks of \(lastComponent(report.command.first ?? "?"))",
      sentence: sentence(report),
      sections: [
        .init(
          id: "stacks", title: "The stacks", notes: report.notesInWords,
          entries: report.stacks.prefix(most).enumerated().map { index, group in
            .init(
              id: "stack-\(index)", name: name(of: group), verdict: words(group),
              drawing: StackBar(group).drawing, facts: facts(of: group),
              advice: group.adviceInWords ?? "")
          })
      ],
      machine: MachineValues.rows(report.machine)
    ).html(heading: heading)
  }

  private static func sentence(_ report: StacksReport) -> String {
    let more = report.stacks.count - most
    return "The peaks of \(report.subjectInWords), by name, entry function and size."
      + (more > 0 ? " \(grouped(more)) groups more are left out." : "")
  }

  private static func name(of group: StacksReport.Group) -> String {
    shortened(
      group.kind == .main ? group.name : "\(group.nameInWords), \(group.entry ?? "?")", to: 200)
  }

  private static func words(_ group: StacksReport.Group) -> VerdictWords {
    if group.size == nil || group.peak == nil {
      return VerdictWords(id: "absent", mark: "?", name: "not known")
    }
    return VerdictWords(
      id: group.use >= 0.8 ? "bad" : "good", mark: group.use >= 0.8 ? "!" : "✓",
      name: "\(group.useInWords) used")
  }

  private static func facts(
    of group: StacksReport.Group
  ) -> [(name: String, value: String)] {
    func bytes(_ count: Int?) -> String { count.map(bytesInWords) ?? "not known" }
    return [
      ("kind", group.kind.rawValue),
      ("stacks", grouped(group.count)),
      ("size", bytes(group.size)),
      ("guard", group.kind == .main ? "the kernel's gap" : bytes(group.guard)),
      ("peak", group.peakInWords),
      ("never used", bytes(group.headroom)),
      ("thread-local storage and control block", bytes(group.threadLocalStorage)),
    ]
  }
}
