import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabModel

/// Programs with musl (Debian: musl-tools), dynamic and static, and static ones with glibc.
@Suite(.enabled(if: Toolbox.has("musl-gcc"), "no musl-gcc here")) struct MuslTests {
  static let kinds = [
    ["-g"], [], ["-static", "-g"], ["-static", "-s"],
  ]

  /// A thread with the defaults of musl that recurses without end.
  @Test(arguments: kinds)
  func overflowOfADefaultThread(flags: [String]) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "default-thread.c", with: "musl-gcc", ["-O1"] + flags, into: folder)
      _ = try Command().run([
        "exec", "--format", "json", "--report", "\(folder)/report", program, "deep",
      ])
      let report = try JSONDecoder().decode(
        RunReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/report")))
      let fault = try #require(report.trials.first?.faults.first)
      #expect(fault.site.kind == .guard && fault.site.owner?.kind == .thread)
      #expect(fault.site.owner?.name == "parser")
      // 128 KiB, and a page for the thread's block.
      #expect(fault.site.stackSize == 132 << 10 && fault.site.guard?.size == 8192)
      #expect(fault.stackSizeSource == .musl)
    }
  }

  @Test(arguments: kinds)
  func stacksOfADefaultThread(flags: [String]) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "default-thread.c", with: "musl-gcc", ["-O1"] + flags, into: folder)
      for options in [[], ["--exact"], ["--coroutines"]] {
        _ = try Command().run(
          ["stacks", "--format", "json", "--report", "\(folder)/report"] + options + [program])
        let report = try JSONDecoder().decode(
          StacksReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/report")))
        let parser = try #require(report.stacks.first { $0.name == "parser" })
        #expect(parser.size == 132 << 10 && parser.guard == 8192)
        // A stripped program does not tell whether it gives pages back: then there is no advice.
        #expect(parser.advice?.source == .musl || report.notes.contains(.noMadvise))
        #expect((40_000..<60_000).contains(parser.peak ?? 0))
        #expect(report.stacks.count == 2)
      }
    }
  }

  /// musl tells nobody where a stack that the program has given it ends.
  @Test func whatLiesBesideAStackIsLeftAlone() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "stack-in-data.c", with: "musl-gcc", ["-O1"], into: folder)
      let result = try Command().run(["stacks", "--exact", program])
      #expect(result.status == 0, "\(result.errors)")
    }
  }
}
