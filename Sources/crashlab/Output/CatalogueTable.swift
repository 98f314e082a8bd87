import CrashLab
import CrashLabText

/// The catalogue as a Markdown table, for the documentation (CrashLab.docc/Catalogue.md).
enum CatalogueTable {
  static func markdown(_ catalogue: CaseCollection) -> String {
    var text = "| case | what it does | what must be seen |\n| --- | --- | --- |\n"
    for folder in catalogue.folders {
      text += "| **\(folder.name)** | | |\n"
      for crashCase in folder.cases {
        text += "| \(crashCase.name) | \(crashCase.summary) | \(crashCase.expectation.inWords) |\n"
      }
    }
    return text
  }
}
