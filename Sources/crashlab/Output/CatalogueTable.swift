import CrashLab
import CrashLabModel
import CrashLabText

/// The catalogue, or some of it, in each of its forms.
enum CatalogueTable {
  /// - Parameter width: columns; nil: no line is broken.
  static func text(_ folders: [CrashCase.Folder], theme: Theme, width: Int?) -> String {
    let nameWidth = folders.flatMap(\.cases).map(\.name.count).max() ?? 0
    let indent = String(repeating: " ", count: nameWidth + 4)
    func column(_ prose: String) -> [Substring] {
      let broken = width.map { wrapped(prose, to: max(30, $0 - indent.count)) } ?? prose
      return broken.split(separator: "\n")
    }
    return folders.map { folder in
      "\(theme.heading(folder.name))\n"
        + folder.cases.map { crashCase in
          let padding = String(repeating: " ", count: nameWidth - crashCase.name.count + 2)
          let summary = column(crashCase.summary).joined(separator: "\n" + indent)
          return "  \(crashCase.name)\(padding)\(summary)\n"
            + column(crashCase.expectation.inWords).map { "\(indent)\(theme.faint(String($0)))\n" }
            .joined()
        }.joined()
    }.joined(separator: "\n")
  }

  /// As in the documentation (CrashLab.docc/Catalogue.md).
  static func markdown(_ folders: [CrashCase.Folder]) -> String {
    var text = "| case | what it does | what must be seen |\n| --- | --- | --- |\n"
    for folder in folders {
      text += "| **\(folder.name)** | | |\n"
      for crashCase in folder.cases {
        text += "| \(crashCase.name) | \(crashCase.summary) | \(crashCase.expectation.inWords) |\n"
      }
    }
    return text
  }

  static func json(_ folders: [CrashCase.Folder]) throws -> String {
    let cases = folders.flatMap { folder in
      folder.cases.map { Document.Case($0, in: folder.name) }
    }
    return try JSON.text(of: Document(cases: cases)) + "\n"
  }

  private struct Document: Encodable {
    struct Case: Encodable {
      var name: String
      var folder: String
      var summary: String
      var expectation: String
      var lesson: String

      init(_ crashCase: CrashCase, in folder: String) {
        name = crashCase.name
        self.folder = folder
        summary = crashCase.summary
        expectation = crashCase.expectation.inWords
        lesson = crashCase.lesson
      }
    }

    var schemaVersion = 1
    var cases: [Case]
  }
}
