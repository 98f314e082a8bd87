import ArgumentParser
import Catalogue
import CrashLab

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the catalogue: every case and what must be seen of it.")

  func run() throws {
    let width = catalogue.all.map(\.name.count).max() ?? 0
    var text = ""
    for folder in catalogue.folders {
      text += "\(folder.name)\n"
      for crashCase in folder.cases {
        let padding = String(repeating: " ", count: width - crashCase.name.count)
        text += "  \(crashCase.name)\(padding)  \(crashCase.summary)\n"
        text += "  \(String(repeating: " ", count: width))    \(crashCase.expectation.inWords)\n"
      }
    }
    try Output.standard.write(text)
  }
}
