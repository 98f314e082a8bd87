import ArgumentParser
import Catalogue
import CrashLab

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run some cases of the catalogue.",
    discussion: "`crashlab list` shows their names; a folder's name is a tag.")

  @Argument(help: "Names of cases.")
  var names: [String] = []

  @Option(help: "Run the cases of this folder.")
  var tag: [String] = []

  @OptionGroup var options: RunOptions

  func validate() throws {
    if names.isEmpty && tag.isEmpty {
      throw ValidationError("Name a case, or a folder with --tag; `crashlab list` shows them.")
    }
    for name in names where catalogue[name] == nil {
      throw ValidationError(unknown("case", name, near: catalogue.suggestions(for: name)))
    }
    let folders = catalogue.folders.map(\.name)
    for tag in tag where !folders.contains(tag) {
      throw ValidationError(
        "There is no folder '\(tag)'; there are \(folders.joined(separator: ", ")).")
    }
  }

  func run() throws {
    let named = names.compactMap { catalogue[$0] }
    let tagged = catalogue.folders.filter { tag.contains($0.name) }.flatMap(\.cases)
    try options.run(named + tagged.filter { tagged in !names.contains(tagged.name) })
  }
}

/// `There is no case 'x'. Did you mean 'y'?`
func unknown(_ what: String, _ name: String, near: [String]) -> String {
  let hint =
    near.isEmpty
    ? "`crashlab list` shows all."
    : "Did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
  return "There is no \(what) '\(printable(name))'. \(hint)"
}
