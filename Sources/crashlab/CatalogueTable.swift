public import CrashLab
import CrashLabText

/// The catalogue as a Markdown table: what the README holds, and a test holds it to.
public enum CatalogueTable {
  public static func markdown(_ catalogue: CaseCollection) -> String {
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
