import Foundation
import Testing

@testable import CrashLab

/// Reports of crashes that are kept, listed, grouped and drawn.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct KeptReportTests {
  private func withCrashes(
    _ ways: [String], _ body: (_ output: String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let flags = ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread"]
      let program = try Toolbox.build("ends.c", with: "gcc", flags, into: folder)
      let output = "\(folder)/kept"
      for way in ways {
        let result = try Command().run(
          ["exec", "--output", output, "--", program, way],
          environment: ["SWIFT_BACKTRACE": "enable=no"])
        #expect(result.status == 139)
        #expect(result.errors.contains("kept: "))
      }
      try body(output)
    }
  }

  @Test func listedAndGrouped() throws {
    try withCrashes(["member", "text", "member"]) { output in
      let list = try Command().run(["report", "--output", output])
      let lines = list.output.split(separator: "\n")
      #expect(lines.count { $0.contains("null-value_of-") && $0.hasSuffix("member") } == 2)
      #expect(lines.count { $0.contains("memory-value_of-") } == 1)
      #expect(lines.count { $0.hasPrefix("2 ×  null-value_of-") } == 1)
      let latest = try Command().run(["report", "latest", "--output", output])
      #expect(latest.output.contains("member at offset 0xa8 of a null pointer"))
      #expect(latest.output.contains("other 5 threads"))
      let page = try Command().run(
        ["report", "latest", "--html", "-", "--output", output])
      #expect(page.output.contains("null-value_of-"))
      #expect(page.output.contains("The other threads"))
    }
  }

  @Test func listedAndShownAsJSON() throws {
    struct List: Decodable {
      struct Run: Decodable {
        struct Crash: Decodable { var signature: String? }
        var name: String
        var start: String?
        var commandLine: String?
        var asExpected: Int
        var crashes: [Crash]
      }
      var schemaVersion: Int
      var runs: [Run]
    }
    try withCrashes(["member"]) { output in
      #expect(try Command().run(["run", "exit-zero", "--output", output]).status == 0)
      let printed = try Command().run(["report", "--format", "json", "--output", output])
      let list = try JSONDecoder().decode(List.self, from: Data(printed.output.utf8))
      #expect(list.schemaVersion == 1 && list.runs.count == 2)
      let crash = try #require(list.runs.first { !$0.crashes.isEmpty })
      #expect(crash.crashes[0].signature?.hasPrefix("null-value_of-") == true)
      #expect(crash.commandLine?.hasPrefix("crashlab exec --output ") == true)
      let run = try #require(list.runs.first { $0.asExpected == 1 })
      #expect(run.start != nil && run.commandLine?.hasPrefix("crashlab run exit-zero") == true)
      let shown = try Command().run(
        ["report", run.name, "--format", "json", "--output", output])
      #expect(shown.output.contains("\"case\" : \"exit-zero\""), "\(shown.output.prefix(300))")
      let text = try Command().run(["report", "--output", output])
      #expect(text.output.contains("1 trial: 1 as expected  crashlab run exit-zero"))
    }
  }

  @Test func oldOnesAreDeleted() throws {
    try withCrashes(["member"]) { output in
      let list = try Command().run(["report", "--output", output])
      #expect(list.output.contains("member"))
      let young = try Command().run(["report", "--delete-older-than", "12h", "--output", output])
      #expect(young.output == "deleted 0 runs older than 12 hours, 0 bytes\n")
      let run = try #require(FileManager.default.contentsOfDirectory(atPath: output).first)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -90_000)], ofItemAtPath: "\(output)/\(run)")
      let old = try Command().run(["report", "--delete-older-than", "1d", "--output", output])
      #expect(old.output.hasPrefix("deleted 1 run older than 1 day, "))
      #expect(try FileManager.default.contentsOfDirectory(atPath: output).isEmpty)
      for wrong in [["--delete-older-than", "soon"], ["latest", "--delete-older-than", "1d"]] {
        #expect(try Command().run(["report"] + wrong).status == 64)
      }
    }
  }

  @Test func largeFolderIsNamed() throws {
    try withCrashes(["member"]) { output in
      let run = try #require(FileManager.default.contentsOfDirectory(atPath: output).first)
      // A file with a hole: its size counts, the disk holds nothing of it.
      #expect(truncate("\(output)/\(run)/command.1.json", 101 << 20) == 0)
      let list = try Command().run(["report", "--output", output])
      #expect(list.errors.contains("take more than 100 MiB"))
      let run2 = try Command().run(["run", "exit-zero", "--output", output])
      #expect(run2.errors.contains("crashlab report --delete-older-than 30d"))
    }
  }

  /// Each of many runs would have to be looked at for their size, at every report.
  @Test func manyRunsAreCounted() throws {
    try withCrashes(["member"]) { output in
      for number in 0..<1000 {
        try FileManager.default.createDirectory(
          atPath: "\(output)/2026-01-01T00.00.00-\(number)", withIntermediateDirectories: false)
      }
      let run = try Command().run(["run", "exit-zero", "--output", output])
      #expect(run.errors.contains("1,002 reports are kept in"), "\(run.errors)")
      #expect(run.errors.contains("crashlab report --delete-older-than 30d"))
    }
  }

  /// One status for what can't be read, whichever command was to read it.
  @Test(arguments: [
    ["look", "--pid", "4194303"], ["frames", "/no/such/file"], ["core", "/no/such/file"],
    ["bench", "layout", "--compare", "/no/such/file"], ["run", "--file", "/no/such/file"],
    ["compare", "/no/such", "/no/such"],
  ])
  func whatIsNotThereHasOneStatus(command: [String]) throws {
    #expect(try Command().run(command).status == 66)
  }

  @Test func notKept() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("ends.c", with: "gcc", ["-pthread"], into: folder)
      let result = try Command().run(
        ["exec", "--no-keep", "--output", "\(folder)/kept", "--", program, "member"],
        environment: ["SWIFT_BACKTRACE": "enable=no"])
      #expect(result.status == 139 && !result.errors.contains("kept: "))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/kept"))
    }
  }

  /// The program's status is told whatever becomes of the report.
  @Test func whereNothingCanBeKept() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("ends.c", with: "gcc", ["-pthread"], into: folder)
      let result = try Command().run(
        ["exec", "--output", "\(program)/kept", "--", program, "member"],
        environment: ["SWIFT_BACKTRACE": "enable=no"])
      #expect(result.status == 139 && result.errors.contains("the report is not kept: "))
      #expect(result.errors.contains("null page"))
    }
  }
}
