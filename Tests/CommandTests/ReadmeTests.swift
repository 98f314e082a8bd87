import Catalogue
import Foundation
import Testing

@testable import CrashLab

/// What the README and the documentation say is what the program does.
@Suite struct ReadmeTests {
  private static let text = file("README.md")

  private static func file(_ path: String) -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  /// `.github/generate catalogue` writes the table anew.
  @Test func catalogueTableIsTheCatalogue() throws {
    let table = try Command().run(["list", "--format", "markdown"]).output
    #expect(table.count > 1000)
    let article = ReadmeTests.file("Sources/CrashLab/CrashLab.docc/Catalogue.md")
    #expect(article.contains(table))
  }

  @Test func everySubcommandIsNamed() throws {
    let help = try Command().run(["--help"]).output
    let subcommands = help.split(separator: "\n").drop { !$0.hasPrefix("SUBCOMMANDS") }
      .dropFirst().filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(subcommands.count > 4)
    for name in subcommands where name != "help" && name.first?.isLowercase == true {
      #expect(ReadmeTests.text.contains("crashlab \(name)"), "\(name) is not in the README")
    }
  }
}
