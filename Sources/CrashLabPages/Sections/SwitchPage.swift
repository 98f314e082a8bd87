internal import CrashLab
package import CrashLabBench
internal import CrashLabText

/// What switches cost on a machine, in one self-contained HTML file.
package enum SwitchPage {
  package static func html(_ report: SwitchReport, heading: RunHeading = RunHeading()) -> String {
    SectionsPage(
      title: "What a switch costs", sentence: report.conditions.inWords,
      sections: [
        kinds("kinds", "On one core", report.kinds, notes: report.shortfallsInWords),
        kinds(
          "unpinned", "Not pinned: the scheduler's choice, not a cost", report.unpinned),
        .init(
          id: "tlb", title: "The translation buffer",
          figures: (report.tlb?.pages ?? []).map { curve in
            (SweepChart.caption(of: curve), SweepChart(curve).drawing)
          }),
      ].filter { $0.table?.rows.isEmpty == false || !$0.figures.isEmpty },
      machine: MachineValues.rows(report.machine)
    ).html(heading: heading)
  }

  private static func kinds(
    _ id: String, _ title: String, _ kinds: [SwitchKindReport], notes: [String] = []
  ) -> SectionsPage.Section {
    .init(
      id: id, title: title, notes: notes,
      figures: [("Nanoseconds, a logarithmic scale", SwitchChart(kinds).drawing)],
      table: .init(
        columns: ["switch", "median ns", "quartiles", "cycles", "coroutine = 1", "switches a hop"],
        rows: kinds.map { kind in
          [
            kind.name.inWords, Figures.short(kind.median),
            "\(Figures.short(kind.lowerQuartile)) to \(Figures.short(kind.upperQuartile))",
            Figures.short(kind.cycles), kind.timesCoroutine.map(Figures.short) ?? "",
            kind.switchesPerHop < 0.0005 ? "0" : Figures.fixed(kind.switchesPerHop, 3),
          ]
        }))
  }
}
