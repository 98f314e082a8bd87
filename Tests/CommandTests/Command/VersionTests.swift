import CrashLab
import Foundation
import TestSupport
import Testing

/// The version has one place.
@Suite struct VersionTests {
  @Test func commandPrintsIt() throws {
    #expect(try Command().run(["--version"]).output == "crashlab \(crashLabVersion)\n")
  }

  @Test func noOtherFileHasOne() throws {
    let sources = PackageFolder.file("Sources")
    let paths = try #require(FileManager.default.subpaths(atPath: sources.path))
    let places = try paths.filter { $0.hasSuffix(".swift") }.filter { path in
      let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
      return ["\"", "\"crashlab "].contains { text.contains("\($0)\(crashLabVersion)\"") }
    }
    #expect(places.map { $0.split(separator: "/").last } == ["Version.swift"])
  }

  /// Every release has a section, the newest first; above them stands what the next one brings.
  @Test func changelogHasIt() throws {
    let changelog = try String(
      contentsOf: PackageFolder.file(".github/CHANGELOG.md"), encoding: .utf8)
    let sections = changelog.matches(of: /## \[([^\]]+)\]/).map { String($0.1) }
    #expect(sections.prefix(2) == ["Unreleased", crashLabVersion])
  }
}
