import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabModel

/// `crashlab stacks` of programs whose coroutines use a known part of their stacks.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct CoroutineStacksTests {
  private static let size = 65536

  /// Runs Tests/Programs/Overflows/used-coroutines.c, which prints what each has used.
  private func measure(
    _ kind: String, bytes: Int, _ options: [String]
  ) throws -> (used: Int, report: StacksReport) {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("used-coroutines.c", with: "gcc", ["-O1"], into: folder)
      return try run([program, kind, "5", "\(Self.size)", "\(bytes)"], options, in: folder)
    }
  }

  private func run(
    _ command: [String], _ options: [String], in folder: String
  ) throws -> (used: Int, report: StacksReport) {
    let result = try Command().run(
      ["stacks", "--format", "json", "--report", "\(folder)/report"] + options + command)
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(
      StacksReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/report")))
    let used = try #require(Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    return (used, report)
  }

  @Test(arguments: ["keep", "free", "pool", "bare"], [500, 20_000, 60_000])
  func everyStackIsSeenWithItsPeak(kind: String, bytes: Int) throws {
    let (used, report) = try measure(kind, bytes: bytes, ["--coroutines"])
    if report.notes.contains(.noBreakpoint) { return }
    let group = try #require(report.stacks.first { $0.kind == .coroutine })
    #expect(report.stacks.filter { $0.kind == .coroutine }.count == 1)
    #expect(group.count == 5 && group.size == Self.size && group.entry == "generator")
    #expect(group.guard == (kind == "bare" ? 0 : 4096) && group.bound == .page)
    // makecontext puts a few words above the first frame.
    #expect((0..<4096 + 64).contains((group.peak ?? 0) - used), "\(group.peak ?? 0), \(used)")
    #expect(group.advice?.source == .coroutine)
  }

  /// Without --coroutines it is said what is not known.
  @Test func atTheEndThereAreThoseThatAreLeft() throws {
    let (used, kept) = try measure("keep", bytes: 20_000, [])
    let group = try #require(kept.stacks.first { $0.kind == .coroutine })
    #expect((1...5).contains(group.count) && group.bound == .atMost)
    #expect((group.peak ?? 0) >= used && kept.notes.contains(.coroutinesAtEnd))
    let (_, freed) = try measure("free", bytes: 20_000, [])
    #expect(!freed.stacks.contains { $0.kind == .coroutine })
  }

  /// What the C library keeps for the next thread is no coroutine's.
  @Test func threadsAreNoCoroutines() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "used-stacks.c", with: "gcc", ["-O1", "-pthread"], into: folder)
      for options in [[], ["--coroutines"]] {
        let (_, report) = try run([program, "0", "100000", "20"], options, in: folder)
        #expect(!report.stacks.contains { $0.kind == .coroutine })
        #expect(report.notes.isDisjoint(with: [.coroutinesAtEnd, .stoodElsewhere]))
      }
    }
  }

  @Test(
    .enabled(if: Toolbox.hasHeader("boost/context/fiber.hpp"), "no Boost.Context here"),
    arguments: ["keep", "free"])
  func boostsCoroutines(kind: String) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "boost-coroutines.cpp", with: "g++", ["-O1", "-lboost_context"], into: folder)
      let (used, report) = try run(
        [program, kind, "10", "131072", "30000"], ["--coroutines"], in: folder)
      if report.notes.contains(.noBreakpoint) { return }
      let groups = report.stacks.filter { $0.kind == .coroutine }
      #expect(groups.reduce(0) { $0 + $1.count } == 10)
      for group in groups {
        #expect(group.size == 131072 && group.guard == 4096)
        #expect((0..<4096).contains((group.peak ?? 0) - used), "\(group.peak ?? 0), \(used)")
      }
    }
  }

  @Test(arguments: [
    ["stacks", "--coroutines", "--pid", "1"], ["stacks", "--sample", "10", "--pid", "1"],
    ["stacks", "--sample", "0", "true"], ["stacks", "--sample", "100000", "true"],
  ])
  func mistakesAreUsage(arguments: [String]) throws {
    #expect(try Command().run(arguments).status == 64)
  }
}

extension [StacksNote] {
  fileprivate func isDisjoint(with others: Set<StacksNote>) -> Bool {
    Set(self).isDisjoint(with: others)
  }
}
