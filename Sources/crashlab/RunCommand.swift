import ArgumentParser
import Catalogue
import CrashLab
import CrashLabModel
import CrashLabText
import Glibc

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run some cases of the catalogue.",
    discussion: """
      `crashlab list` shows their names; a folder's name is a tag.

        crashlab run thread-recursion null-write
        crashlab run 'thread-*' --repeat 100
        crashlab run --tag coroutines --format junit
      """)

  @Argument(help: "Names of cases, or patterns: 'thread-*'.", completion: .cases)
  var names: [String] = []

  @Option(help: "Run the cases of this folder.", completion: .tags)
  var tag: [String] = []

  @Option(
    help: ArgumentHelp(
      "Run the programs of this file and hold them against what it expects of them.",
      valueName: "cases.json"),
    completion: .file(extensions: ["json"]))
  var file: String?

  @OptionGroup var options: RunOptions

  func validate() throws {
    if file != nil {
      guard names.isEmpty, tag.isEmpty else {
        throw ValidationError("Run either cases of the catalogue or those of a file, not both.")
      }
      return
    }
    if names.isEmpty && tag.isEmpty {
      throw ValidationError("Name a case, or a folder with --tag; `crashlab list` shows them.")
    }
    for name in names where catalogue.matching(name).isEmpty {
      throw ValidationError(unknown("case", name, near: catalogue.suggestions(for: name)))
    }
    let folders = catalogue.folders.map(\.name)
    for tag in tag where !folders.contains(tag) {
      throw ValidationError(
        "There is no folder '\(tag)'; there are \(folders.joined(separator: ", ")).")
    }
  }

  func run() throws {
    if let file { return try options.run(programs(in: file)) }
    let named = names.flatMap(catalogue.matching)
    let tagged = catalogue.folders.filter { tag.contains($0.name) }.flatMap(\.cases)
    var seen = Set<String>()
    try options.run((named + tagged).filter { seen.insert($0.name).inserted })
  }
}

extension RunCommand {
  private func programs(in file: String) throws -> [ProgramCase] {
    do {
      return try ProgramCase.read(file)
    } catch let error as ProgramCase.Malformed {
      complain("\(printable(error.description))")
      throw ExitCode(EX_DATAERR)
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(EX_NOINPUT)
    }
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

extension CompletionKind {
  /// The names of the catalogue.
  static var cases: CompletionKind { .list(catalogue.all.map(\.name)) }
  /// Its folders.
  static var tags: CompletionKind { .list(catalogue.folders.map(\.name)) }
  /// The runs that are kept here, the last one first.
  static var runs: CompletionKind {
    .custom { _, _, _ in
      ["latest"] + RunFolder.roots.flatMap { RunFolder.list(in: $0) }.sorted(by: >)
    }
  }
}
