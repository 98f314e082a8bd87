internal import CrashLab
package import CrashLabModel
internal import CrashLabText

/// How deep the stack can be from a function on, in one self-contained HTML file.
package enum DepthPage {
  package static func html(_ report: DepthReport, heading: RunHeading = RunHeading()) -> String {
    SectionsPage(
      title: "Depth of \(shortSymbol(report.entry, width: 60))",
      sentence: report.boundInWords,
      sections: [
        .init(
          id: "path", title: "The deepest way",
          notes: ["\(counted(report.functions, "function")) can be reached."],
          table: .init(
            columns: ["function", "adds", "at"],
            rows: report.path.map { step in
              [
                step.symbol, "\(grouped(step.bytes)) bytes",
                step.address == nil
                  ? "as assumed, or its return address" : FramesPage.place(step.file, step.line),
              ]
            })),
        .init(
          id: "unknown", title: "What is not known",
          table: .init(
            columns: ["functions", "what", "at"],
            rows: report.unknown.map { one in
              [
                one.symbols.joined(separator: ", "), one.kind.inWords(1),
                one.address.map { "\($0)" } ?? "",
              ]
            })),
        .init(
          id: "assumed", title: "What was taken for granted",
          table: .init(
            columns: ["function", "needs"],
            rows: report.assumed.sorted { $0.key < $1.key }
              .map { [$0.key, "\(grouped($0.value)) bytes"] })),
      ].filter { $0.id == "path" || $0.table?.rows.isEmpty == false }
    ).html(heading: heading)
  }
}
