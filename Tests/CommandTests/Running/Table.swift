import Foundation

/// What a test has tried and what came of it, in columns, for whoever reads its output.
struct Table {
  private let title: String
  private var rows: [[String]]

  init(_ title: String, columns: String...) {
    self.title = title
    rows = [columns]
  }

  /// A cell shows at most 120 characters.
  mutating func add(_ cells: String...) { rows.append(cells.map { String($0.prefix(120)) }) }

  func show() {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ")
    }
    let text = lines.map { line in
      "  " + line.reversed().drop { $0 == " " }.reversed() + "\n"
    }
    print("\n\(title)\n" + text.joined(), terminator: "")
  }
}
