internal import CrashLab
package import CrashLabModel
internal import CrashLabText

/// Functions that can step over a guard, in one self-contained HTML file.
package enum FramesPage {
  package static func html(
    _ report: LargeFrameReport, heading: RunHeading = RunHeading()
  ) -> String {
    let summary = report.summary
    let columns = ["function", "moves the stack pointer by", "frame", "at"]
    return SectionsPage(
      title: "Frames of \(lastComponent(report.program))",
      sentence: "\(grouped(summary.unprobed)) of \(grouped(summary.functions)) functions move the "
        + "stack pointer by more than \(bytesInWords(report.guardSize)) at once.",
      sections: [
        .init(
          id: "functions", title: "Functions that can step over the guard",
          notes: report.countsInWords,
          table: .init(columns: columns, rows: report.functions.map(cells))),
        .init(
          id: "dynamic", title: "Frames whose size only running tells",
          table: .init(columns: columns, rows: report.dynamic.map(cells))),
        .init(
          id: "uncovered", title: "Code without call-frame information",
          table: .init(
            columns: ["code", "bytes", "section", "moves the stack pointer by"],
            rows: report.unproved.map { piece in
              [
                piece.symbol ?? "\(piece.address)", grouped(piece.size), piece.section,
                piece.step.map { "\(grouped($0)) bytes" } ?? "can't be read to its end",
              ]
            })),
      ].filter { $0.id == "functions" || $0.table?.rows.isEmpty == false }
    ).html(heading: heading)
  }

  private static func cells(_ function: LargeFrameReport.Function) -> [String] {
    [
      function.symbol ?? "\(function.address)",
      function.step.map { "\(grouped($0)) bytes" } ?? "only running tells",
      "\(grouped(function.frameSize)) bytes", place(function.file, function.line),
    ]
  }

  static func place(_ file: String?, _ line: Int?) -> String {
    guard let file else { return "" }
    return file + (line.map { ":\($0)" } ?? "")
  }
}
