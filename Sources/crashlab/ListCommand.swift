import ArgumentParser
import Catalogue
import CrashLab
import CrashLabText

struct ListCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, markdown }

  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the catalogue: every case and what must be seen of it.")

  @Argument(help: "Names of cases, or patterns: 'thread-*'. (default: all)", completion: .cases)
  var names: [String] = []

  @Option(help: "text, json, or the table of the documentation (markdown).")
  var format: Format = .text

  func validate() throws {
    for name in names where catalogue.matching(name).isEmpty {
      throw ValidationError(unknown("case", name, near: catalogue.suggestions(for: name)))
    }
  }

  func run() throws {
    let output = Output.standard
    let text =
      switch format {
      case .text:
        CatalogueTable.text(listed, theme: .suited(to: output), width: output.terminalWidth)
      case .json: try CatalogueTable.json(listed)
      case .markdown: CatalogueTable.markdown(listed)
      }
    try output.write(text)
  }

  private var listed: [CrashCase.Folder] {
    if names.isEmpty { return catalogue.folders }
    let wanted = Set(names.flatMap(catalogue.matching).map(\.name))
    return catalogue.folders.compactMap { folder in
      let cases = folder.cases.filter { wanted.contains($0.name) }
      return cases.isEmpty ? nil : CrashCase.Folder(folder.name, cases)
    }
  }
}
