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
