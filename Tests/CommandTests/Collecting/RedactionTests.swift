import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// A program that has been given a secret crashes with it in every place that a report looks at: with
/// `--redact` nobody is told it.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct RedactionTests {
  private static let ways = ["registers", "pointer", "return", "assert"]

  private static func build(into folder: String) throws -> String {
    try Toolbox.build(
      "secrets.c", with: "gcc", ["-g", "-O1", "-fno-stack-protector"], into: folder)
  }

  /// All that lies below a folder.
  private static func contents(of folder: String) -> [(name: String, text: String)] {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.compactMap { name in
      FileManager.default.contents(atPath: "\(folder)/\(name)").map {
        (name, String(decoding: $0, as: UTF8.self))
      }
    }
  }

  @Test(arguments: ways) func execTellsNoSecret(way: String) throws {
    try withTemporaryFolder { folder in
      let program = try Self.build(into: folder)
      let kept = "\(folder)/kept"
      func exec(_ options: [String]) throws -> String {
        let words = ["exec", "--output", kept] + options + ["--", program, way, Secret.text]
        let result = try Command().run(words, environment: ["SWIFT_BACKTRACE": "enable=no"])
        // What the program itself says is its own.
        return result.errors.split(separator: "\n").filter { !$0.hasPrefix("program: ") }
          .joined(separator: "\n")
      }
      // The test itself: without it there is something to be seen.
      for format in ["text", "json", "otlp"] {
        #expect(Secret.leak(in: try exec(["--no-keep", "--format", format])) != nil)
      }
      for format in ["text", "json", "otlp"] {
        let page = "\(folder)/page.html"
        let told = try exec(["--redact", "--format", format, "--html", page])
        #expect(told.contains("secrets.c"))
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("secrets.c"))
        for text in [told, html] { #expect(Secret.leak(in: text) == nil, "\(format): \(text)") }
      }
      let files = Self.contents(of: kept)
      #expect(files.count { $0.name.hasSuffix(".json") } == 3)
      for file in files { #expect(Secret.leak(in: file.text) == nil, "\(file.name)") }
    }
  }

  /// What was kept whole is shown without it.
  @Test func keptReportIsShownWithoutSecrets() throws {
    try withTemporaryFolder { folder in
      let program = try Self.build(into: folder)
      let kept = ["--output", "\(folder)/kept"]
      for way in Self.ways {
        _ = try Command().run(["exec"] + kept + ["--", program, way, Secret.text])
      }
      let ways = [
        ["report"], ["report", "--format", "json"], ["report", "--format", "otlp"],
        ["report", "latest"], ["report", "latest", "--format", "json"],
        ["report", "latest", "--format", "otlp"], ["report", "latest", "--html", "-"],
      ]
      for words in ways {
        #expect(Secret.leak(in: try Command().run(words + kept).output) != nil, "\(words)")
        let result = try Command().run(words + kept + ["--redact"])
        #expect(result.status == 0 && !result.output.isEmpty)
        #expect(Secret.leak(in: result.output) == nil, "\(words): \(result.output)")
      }
    }
  }

  /// The reporter inside the program, with its helper and without.
  @Test(arguments: ways, [true, false]) func reporterTellsNoSecret(way: String, hasHelper: Bool)
    throws
  {
    try withTemporaryFolder { folder in
      let program = try Self.build(into: folder)
      func run(_ more: [String: String]) throws -> String {
        let environment = [
          "LD_PRELOAD": try ReporterTests.Built.result.get().library,
          "SWIFT_BACKTRACE": "enable=no",
          "CRASHLAB_HELPER": hasHelper ? try Command().executable.path : "/does/not/exist",
        ]
        let result = try Command(path: program).run(
          [way, Secret.text], environment: environment.merging(more) { $1 })
        #expect(result.status == (way == "assert" ? SIGABRT : SIGSEGV))
        return result.errors.split(separator: "\n").filter { !$0.hasPrefix("program: ") }
          .joined(separator: "\n")
      }
      let told = try run(["CRASHLAB_REDACT": "1"])
      #expect(told.contains(hasHelper ? "secrets.c" : "crashlab: pc 0x"))
      #expect(Secret.leak(in: told) == nil, "\(told)")
      if hasHelper {
        #expect(Secret.leak(in: try run(["CRASHLAB_REDACT": "0"])) != nil)
        let reports = "\(folder)/reports"
        _ = try run(["CRASHLAB_REDACT": "1", "CRASHLAB_REPORT": "folder:\(reports)"])
        let files = Self.contents(of: reports)
        #expect(!files.isEmpty)
        for file in files { #expect(Secret.leak(in: file.text) == nil, "\(file.name)") }
      }
    }
  }
}
