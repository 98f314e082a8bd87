import Foundation
import TestSupport
import Testing

/// The walls of the Swift targets: which may import which, no folders of a target that need each
/// other in a circle, and a library that knows no command, no option and no case.
@Suite struct SwiftArchitectureTests {
  private static let root = PackageFolder.path

  /// What each target may import; the system's modules are named too.
  private static let allowed: [String: Set<String>] = [
    "CrashLabModel": ["FoundationEssentials"],
    "ObjectFiles": ["CrashLabModel", "CHarness", "Glibc"],
    "CrashLab": ["CrashLabModel", "ObjectFiles", "CHarness", "CNaming", "Glibc"],
    "CrashLabText": ["CrashLabModel", "Glibc"],
    "CrashLabBench": [
      "CrashLab", "CrashLabModel", "CrashLabText", "CHarness", "CHarnessBench", "Glibc",
      "Histogram", "Runtime", "Synchronization",
    ],
    "CrashLabPages": [
      "CrashLab", "CrashLabModel", "CrashLabBench", "CrashLabText", "Glibc", "Mustache",
    ],
    "CrashLabReporter": ["CReporter", "Glibc"],
    "CrashLabTesting": ["CrashLab", "CrashLabText", "Testing"],
  ]

  /// Text by path relative to a target's folder.
  private static func sources(of target: String) throws -> [String: String] {
    let folder = "\(root)/Sources/\(target)"
    let files = try #require(FileManager.default.enumerator(atPath: folder))
    var sources: [String: String] = [:]
    for case let file as String in files where file.hasSuffix(".swift") {
      sources[file] = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
    }
    try #require(!sources.isEmpty)
    return sources
  }

  @Test(arguments: allowed.keys.sorted())
  func importsAreAllowed(target: String) throws {
    for (file, text) in try Self.sources(of: target) {
      for match in text.matches(of: /(?m)^(?:@\w+ )*(?:\w+ )?import (?:\w+ )?(\w+)/) {
        let module = String(match.1)
        #expect(Self.allowed[target]?.contains(module) == true, "\(target)/\(file): \(module)")
      }
    }
  }

  /// JSON is the one thing that the model takes from elsewhere.
  @Test func modelIsPure() throws {
    let importing = try Self.sources(of: "CrashLabModel").filter {
      $0.value.firstMatch(of: #/(?m)^(?:\w+ )?import /#) != nil
    }
    #expect(importing.keys.allSatisfy { $0.hasSuffix("JSON.swift") }, "\(importing.keys)")
  }

  // MARK: - Folders

  private static func folder(_ file: String) -> String? {
    let pieces = file.split(separator: "/")
    return pieces.count > 1 ? String(pieces[0]) : nil
  }

  /// Without comments and literals.
  private static func code(_ text: String) -> String {
    text.replacing(/(?s)"""(.*?)"""/, with: "\"\"").replacing(/"(?:\\.|[^"\\\n])*"/, with: "\"\"")
      .replacing(/\/\/.*/, with: "")
  }

  /// Which folder needs which: by the types of a file's top level that another file names.
  private static func needs(of target: String) throws -> [String: Set<String>] {
    let sources = try Self.sources(of: target).mapValues(code)
    var homes: [String: Set<String>] = [:]
    let declared =
      /(?m)^(?:public |package |internal |final |indirect )*(?:struct|class|enum|protocol|typealias|actor) ([A-Z]\w*)/
    for (file, text) in sources {
      for match in text.matches(of: declared) {
        homes[String(match.1), default: []].insert(folder(file) ?? file)
      }
    }
    var needs: [String: Set<String>] = [:]
    for (file, text) in sources {
      guard let own = folder(file) else { continue }
      // A type inside another may have the name of one outside.
      let nested = Set(
        text.matches(of: /(?m)^ +(?:\w+ )*(?:struct|class|enum|typealias) ([A-Z]\w*)/)
          .map { String($0.1) })
      for match in text.matches(of: /(?:^|[^\w.])([A-Z]\w*)/) {
        let name = String(match.1)
        guard !nested.contains(name), let home = homes[name], home.count == 1,
          let other = home.first, other != own
        else { continue }
        needs[own, default: []].insert(other)
      }
    }
    return needs
  }

  @Test(arguments: allowed.keys.sorted())
  func noFoldersNeedEachOther(target: String) throws {
    var needs = try Self.needs(of: target)
    // Whoever needs nobody, or only those who went before, goes; what stays is a circle.
    let all = Set(needs.keys).union(needs.values.joined())
    for folder in all where needs[folder] == nil { needs[folder] = [] }
    while let free = needs.first(where: { $0.value.isEmpty })?.key {
      needs[free] = nil
      for folder in needs.keys { needs[folder]?.remove(free) }
    }
    #expect(needs.isEmpty, "\(target): \(needs)")
  }

  /// A test of the test: a circle is seen.
  @Test func foldersAreFound() throws {
    let needs = try Self.needs(of: "CrashLab")
    #expect(needs["Exec"]?.contains("Observer") == true)
    #expect(needs["Observer"]?.contains("Exec") != true)
  }

  // MARK: - What the library does not know

  @Test(arguments: ["CrashLabModel", "ObjectFiles", "CrashLab"])
  func libraryKnowsNoCommandNoOptionAndNoCase(target: String) throws {
    let cases = try #require(FileManager.default.enumerator(atPath: "\(Self.root)/cases"))
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") && $0.contains("-") }
      .map { String($0.split(separator: "/").last?.dropLast(6) ?? "") }
    try #require(cases.count > 50)
    for (file, text) in try Self.sources(of: target) {
      // The words of an enumeration may be those that a case is named after.
      let commentless = text.replacing(/(?m)^\s*(?:\/\/|case \w+ = ").*$/, with: "")
      for match in commentless.matches(of: /"((?:\\.|[^"\\\n])*)"/) {
        let literal = String(match.1)
        #expect(literal.firstMatch(of: /(?:^|[\s(`])--[a-z]/) == nil, "\(file): \(literal)")
        #expect(literal.firstMatch(of: /crashlab [a-z]/) == nil, "\(file): \(literal)")
        #expect(!cases.contains(literal), "\(file): \(literal)")
      }
    }
  }
}
