internal import CrashLabModel
internal import CrashLabText

/// A page of sections, each with drawings, a table or entries, in one self-contained HTML file.
struct SectionsPage {
  struct Section {
    /// The end of an address within the page.
    var id: String
    var title: String
    var notes: [String] = []
    /// A drawing is empty where there is nothing to draw.
    var figures: [(caption: String, drawing: String)] = []
    var table: Table?
    var entries: [Entry] = []
  }

  struct Table {
    /// The first column names its row.
    var columns: [String]
    var rows: [[String]]

    /// At most so many rows are shown.
    static let most = 1000
  }

  struct Entry {
    var id: String
    var name: String
    var verdict: VerdictWords
    var drawing = ""
    var facts: [(name: String, value: String)] = []
    var advice = ""
  }

  var title: String
  var sentence: String
  var sections: [Section]
  /// Nil where the machine says nothing of what is told.
  var machine: [Values]?

  func html(heading: RunHeading) -> String {
    let listed = sections.filter { !$0.entries.isEmpty }
    return Templates.sections.render([
      "style": Templates.style, "title": shortened(title, to: 100), "sentence": sentence,
      "heading": heading.values,
      "skipTo": sections.first?.id ?? "", "skipName": "report", "contentsName": "Contents",
      "contentsAt": "\(sections.first?.id ?? "")-title",
      "contents": [
        [
          "entries": sections.map {
            ["id": $0.id, "name": $0.title, "isSection": true] as Values
          }
        ] as Values
      ]
        + listed.map {
          [
            "name": $0.title,
            "entries": $0.entries.map {
              ["id": $0.id, "name": $0.name, "verdict": $0.verdict.values] as Values
            },
          ]
        },
      "sections": sections.map(\.values),
      "hasMachine": machine != nil, "machine": machine ?? [],
    ])
  }
}

extension SectionsPage.Section {
  fileprivate var values: Values {
    [
      "id": id, "title": title, "notes": notes + leftOut,
      "figures": figures.filter { !$0.drawing.isEmpty }
        .map { ["caption": $0.caption, "drawing": $0.drawing] as Values },
      "table": table.map { [$0.values(titled: title, in: id)] } ?? [],
      "entries": entries.map(\.values),
    ]
  }

  private var leftOut: [String] {
    let more = (table?.rows.count ?? 0) - SectionsPage.Table.most
    return more > 0 ? ["\(grouped(more)) rows more are left out: --format json has them."] : []
  }
}

extension SectionsPage.Table {
  fileprivate func values(titled title: String, in section: String) -> Values {
    [
      "title": title, "columns": columns,
      "rows": rows.prefix(SectionsPage.Table.most).enumerated().map { index, row in
        let cells = row.map { shortened($0, to: 300) }
        return [
          "id": "\(section)-\(index)", "name": cells.first ?? "",
          "cells": cells.dropFirst().map {
            // A number and its unit stay on one line; the table scrolls where it is wider.
            ["text": $0, "isBrief": $0.count <= 20] as Values
          },
        ] as Values
      },
    ]
  }
}

extension SectionsPage.Entry {
  fileprivate var values: Values {
    [
      "id": id, "name": name, "verdict": verdict.values, "drawing": drawing,
      "facts": facts.map { ["name": $0.name, "value": $0.value] as Values }, "advice": advice,
    ]
  }
}
