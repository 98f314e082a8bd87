import ArgumentParser
import Catalogue
import CrashLab
import CrashLabText

struct ListCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, markdown }

  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the catalogue: every case and what must be seen of it.")

  @Option(help: "text, or the table of the documentation.") var format: Format = .text

  func run() throws {
    let text =
      switch format {
      case .text: ListCommand.text(theme: .suited(to: .standard))
      case .markdown: CatalogueTable.markdown(catalogue)
      }
    try Output.standard.write(text)
  }

  private static func text(theme: Theme) -> String {
    let width = catalogue.all.map(\.name.count).max() ?? 0
    let indent = String(repeating: " ", count: width + 4)
    return catalogue.folders.map { folder in
      "\(theme.heading(folder.name))\n"
        + folder.cases.map { crashCase in
          let padding = String(repeating: " ", count: width - crashCase.name.count + 2)
          return "  \(crashCase.name)\(padding)\(crashCase.summary)\n"
            + "\(indent)\(theme.faint(crashCase.expectation.inWords))\n"
        }.joined()
    }.joined(separator: "\n")
  }
}
