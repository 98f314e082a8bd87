package import CrashLab
internal import CrashLabModel
internal import CrashLabText

/// Where the stacks and guards of a process are, in one self-contained HTML file.
package enum LayoutPage {
  package static func html(_ report: LayoutReport, heading: RunHeading = RunHeading()) -> String {
    let name = lastComponent(report.process.command?.first ?? report.process.program)
    let threads = report.process.threads
    let words = "process \(report.process.id) with \(counted(threads, "thread"))"
    return SectionsPage(
      title: "Layout of \(name)",
      sentence: "Where the stacks and guards of \(words) are, to scale: low addresses left.",
      sections: [
        .init(
          id: "addresses", title: "The addresses",
          figures: figures(of: report).map { caption, strips in
            (caption, strips.isEmpty ? "" : AddressStrip.drawing(of: strips, words))
          }),
        .init(
          id: "stacks", title: "The stacks", notes: report.warningsInWords + unseen(in: report),
          table: .init(
            columns: ["stack", "size", "in use", "touched", "guard", "below", "limit"],
            rows: report.stacks.reversed().map(cells))),
      ],
      machine: MachineValues.rows(report.machine)
    ).html(heading: heading)
  }

  private static func figures(
    of report: LayoutReport
  ) -> [(caption: String, strips: [AddressStrip])] {
    [
      ("All addresses", AddressStrip.wholeSpace(of: report)),
      ("From the threads' stacks down to one guard", AddressStrip.downToTheGuard(in: report)),
      ("The main stack", AddressStrip.mainStack(of: report)),
    ]
  }

  private static func cells(_ stack: LayoutReport.Stack) -> [String] {
    [
      LayoutText.name(of: stack), bytesInWords(stack.size),
      stack.inUse.map(bytesInWords) ?? "not known", bytesInWords(stack.touched),
      LayoutText.describe(stack.guard), stack.below.map(LayoutText.describe) ?? "not known",
      "\(stack.limit)" + (stack.evidence == .stackPointer ? " (uncertain)" : ""),
    ]
  }

  private static func unseen(in report: LayoutReport) -> [String] {
    let count = report.process.threadsWithoutStack
    return count == 0
      ? []
      : ["\(counted(count, "thread")) ran or ended in that moment: not shown."]
  }
}
