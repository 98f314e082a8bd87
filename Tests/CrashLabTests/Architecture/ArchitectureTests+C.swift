import Foundation
import TestSupport
import Testing

/// The walls of the C: no files need each other in a circle, no folders either. A source and the
/// header of its name are one file here.
@Suite struct HarnessArchitectureTests {
  /// Folders of C, with how many functions and files with arrows there are at least, and one of them.
  struct Tree: Sendable, CustomTestStringConvertible {
    var path: String
    var arrows: Int
    var folders: Int
    var functions: Int
    var example: (name: String, file: String)

    var testDescription: String { path }
  }

  static let trees = [
    Tree(
      path: "harness", arrows: 30, folders: 5, functions: 100,
      example: ("clab_walk_run", "unwind/run.c")),
    Tree(
      path: "Sources/CNaming", arrows: 4, folders: 0, functions: 10,
      example: ("clab_answer_add", "answer.c")),
    Tree(
      path: "Sources/CReporter", arrows: 10, folders: 4, functions: 30,
      example: ("clab_helper_run", "crash/helper.c")),
  ]

  /// By path relative to the tree.
  private static func sources(of tree: Tree) throws -> [String: String] {
    let root = PackageFolder.file(tree.path).path
    let files = try #require(FileManager.default.enumerator(atPath: root))
    var sources: [String: String] = [:]
    for case let file as String in files where file.hasSuffix(".c") || file.hasSuffix(".h") {
      sources[file] = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
    }
    return sources
  }

  private static func unit(_ file: String) -> String { String(file.dropLast(2)) }

  private static func folder(_ file: String) -> String {
    String(file.split(separator: "/").dropLast().joined(separator: "/"))
  }

  /// The lines #include "...", as paths relative to the tree.
  private static func included(by text: String, of sources: [String: String]) -> [String] {
    text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("#include \"") else { return nil }
      let name = line.dropFirst("#include \"".count).prefix { $0 != "\"" }
      return [String(name), "include/\(name)"].first { sources[$0] != nil }
    }
  }

  /// The functions that a source defines: of the harness's prefix, at a line's beginning.
  private static func defined(in text: String) -> Set<String> {
    var names: Set<String> = []
    var declaration = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard let first = line.first else {
        declaration = ""
        continue
      }
      if first.isLetter || first == "_" { declaration = "" }
      declaration += line + " "
      guard line.hasSuffix("{"), declaration.first?.isLetter == true,
        !declaration.hasPrefix("static"),
        !declaration.hasPrefix("struct clab_") || line.contains("("),
        let range = declaration.range(of: #"clab_\w+(?=\()"#, options: .regularExpression)
      else {
        if line.hasSuffix(";") || line.hasSuffix("}") { declaration = "" }
        continue
      }
      names.insert(String(declaration[range]))
      declaration = ""
    }
    return names
  }

  private static func words(of text: String) -> Set<String> {
    Set(
      text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.lazy
        .filter { $0.hasPrefix("clab_") }.map(String.init))
  }

  /// A circle, each node before the one that it needs; nil if there is none.
  static func circle(in arrows: [String: Set<String>]) -> [String]? {
    var path: [String] = []
    var done: Set<String> = []
    func visit(_ node: String) -> [String]? {
      if let first = path.firstIndex(of: node) { return Array(path[first...]) + [node] }
      guard !done.contains(node) else { return nil }
      path.append(node)
      defer {
        path.removeLast()
        done.insert(node)
      }
      for next in (arrows[node] ?? []).sorted() {
        if let circle = visit(next) { return circle }
      }
      return nil
    }
    for node in arrows.keys.sorted() {
      if let circle = visit(node) { return circle }
    }
    return nil
  }

  private static func arrows(
    _ sources: [String: String], named name: (String) -> String
  ) -> [String: Set<String>] {
    var arrows: [String: Set<String>] = [:]
    for (file, text) in sources {
      for other in included(by: text, of: sources) where name(other) != name(file) {
        arrows[name(file), default: []].insert(name(other))
      }
    }
    return arrows
  }

  @Test func circleIsFound() {
    let circle = HarnessArchitectureTests.circle(in: ["a": ["b"], "b": ["c"], "c": ["b"]])
    #expect(circle == ["b", "c", "b"])
    #expect(HarnessArchitectureTests.circle(in: ["a": ["b", "c"], "b": ["c"]]) == nil)
  }

  @Test(arguments: trees) func noFilesIncludeEachOther(tree: Tree) throws {
    let arrows = HarnessArchitectureTests.arrows(
      try HarnessArchitectureTests.sources(of: tree), named: HarnessArchitectureTests.unit)
    #expect(arrows.count >= tree.arrows)
    #expect(HarnessArchitectureTests.circle(in: arrows) == nil)
  }

  @Test(arguments: trees) func noFoldersIncludeEachOther(tree: Tree) throws {
    let arrows = HarnessArchitectureTests.arrows(
      try HarnessArchitectureTests.sources(of: tree), named: HarnessArchitectureTests.folder)
    #expect(arrows.count >= tree.folders)
    #expect(HarnessArchitectureTests.circle(in: arrows) == nil)
  }

  /// A shared header hides who calls whom: so by the functions themselves, and a caller needs the
  /// header that describes what it hands over.
  @Test(arguments: trees) func noSourcesCallEachOther(tree: Tree) throws {
    let all = try HarnessArchitectureTests.sources(of: tree)
    let sources = all.filter { $0.key.hasSuffix(".c") }
    var definers: [String: [String]] = [:]
    for (file, text) in sources {
      for name in HarnessArchitectureTests.defined(in: text) {
        definers[name, default: []].append(file)
      }
    }
    #expect(definers.count >= tree.functions)
    #expect(definers[tree.example.name] == [tree.example.file])
    let unit = HarnessArchitectureTests.unit
    var arrows = HarnessArchitectureTests.arrows(all, named: unit)
    for (file, text) in sources {
      for name in HarnessArchitectureTests.words(of: text) {
        // One file an architecture: each of them defines the same functions.
        let others = definers[name] ?? []
        if !others.contains(file) { arrows[unit(file), default: []].formUnion(others.map(unit)) }
      }
    }
    #expect(HarnessArchitectureTests.circle(in: arrows) == nil)
  }

  @Test(arguments: trees) func foldersAreSmall(tree: Tree) throws {
    let folders = Dictionary(
      grouping: try HarnessArchitectureTests.sources(of: tree).keys,
      by: HarnessArchitectureTests.folder)
    for (folder, files) in folders {
      #expect(files.count <= 20, "\(folder) has \(files.count) files")
    }
  }
}
