import Catalogue
import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// What the README and the documentation say is what the program does.
@Suite struct ReadmeTests {
  private static let text = file("README.md")

  private static func file(_ path: String) -> String {
    (try? String(contentsOf: PackageFolder.file(path), encoding: .utf8)) ?? ""
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

  // MARK: - The first five minutes

  /// The report that the README begins with is what the command prints today, but for numbers.
  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func theFirstReportIsPrintedToday() throws {
    let shown = try #require(ReadmeTests.block("```\n", after: "# crashlab"))
    try withBrackets { folder, shell in
      let result = try shell("crashlab exec ./brackets < deep")
      #expect(result.status == 139)
      let printed = result.errors.split(separator: "\n").map(ReadmeTests.masked)
      var rest = printed[...]
      // Without its debug symbols the C library's functions have other names, and where a long
      // line is broken is up to the terminal.
      for line in shown.split(separator: "\n").map(ReadmeTests.masked)
      where !line.contains("libc.so") && !line.contains("pthread_attr_setstacksize")
        && !line.contains("its size:")
      {
        let found = rest.firstIndex(of: line)
        #expect(found != nil, "'\(line)' is not printed in this place:\n\(result.errors)")
        if let found { rest = rest[(found + 1)...] }
      }
    }
  }

  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func theTourCanBeWalked() throws {
    let tour = try #require(ReadmeTests.block("```sh\n", after: "## Five minutes"))
    try withBrackets { folder, shell in
      _ = try CorePattern.untouched { try shell("ulimit -c unlimited; ./brackets < deep") }
      let hasCore = FileManager.default.fileExists(atPath: "\(folder)/core")
      let lines = tour.split(separator: "\n").map(String.init)
      #expect(lines.count >= 5)
      for line in lines where hasCore || !line.hasPrefix("crashlab core") {
        let result = try shell(line)
        let wanted: Int32 = line.hasPrefix("crashlab exec") ? 139 : 0
        #expect(result.status == wanted, "\(line)\n\(result.output)\(result.errors)")
      }
    }
  }

  /// What stands between two fences, the first after this text.
  private static func block(_ fence: String, after text: String) -> String? {
    guard let start = ReadmeTests.text.range(of: text)?.upperBound,
      let open = ReadmeTests.text.range(of: fence, range: start..<ReadmeTests.text.endIndex),
      let close = ReadmeTests.text.range(
        of: "```", range: open.upperBound..<ReadmeTests.text.endIndex)
    else { return nil }
    return String(ReadmeTests.text[open.upperBound..<close.lowerBound])
  }

  /// Addresses, lines and counts are the machine's, and so are the columns that they fill.
  private static func masked(_ line: Substring) -> String {
    line.replacingOccurrences(
      of: #"0x[0-9a-f]+|[0-9][0-9,.]*"#, with: "#", options: .regularExpression
    ).split(separator: " ").joined(separator: " ")
  }

  /// The README's program and its input, in a folder where `crashlab` is found.
  private func withBrackets(
    _ body: (_ folder: String, _ shell: (String) throws -> Command.Result) throws -> Void
  ) throws {
    let crashlab = try Command().executable.path
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "brackets.c", with: "gcc", ["-g", "-O1", "-w", "-pthread"], into: folder)
      try FileManager.default.moveItem(atPath: program, toPath: "\(folder)/brackets")
      try String(repeating: "[", count: 400_000).write(
        toFile: "\(folder)/deep", atomically: true, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/crashlab", withDestinationPath: crashlab)
      try body(folder) { line in
        try Command(path: "/bin/sh").run(["-c", "cd \(folder); PATH=.:$PATH; \(line)"])
      }
    }
  }
}
