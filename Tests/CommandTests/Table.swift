import Foundation

/// What a test has tried and what came of it, in columns, for whoever reads its output.
struct Table {
  private let title: String
  private var rows: [[String]]

  init(_ title: String, columns: String...) {
    self.title = title
    rows = [columns]
  }

  mutating func add(_ cells: String...) { rows.append(cells) }

  func show() {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
        .joined(separator: "  ")
    }
    print("\n\(title)\n" + lines.map { "  \($0)\n" }.joined(), terminator: "")
  }
}
