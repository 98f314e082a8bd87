import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabModel

/// `crashlab stacks --sample`.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct SampledStacksTests {
  /// Tests/Programs/Overflows/sampled-stacks.c is deep for a moment, and less deep for a long time.
  @Test func deepestSampleIsNotTheDeepestMoment() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "sampled-stacks.c", with: "gcc", ["-O1", "-g", "-pthread"], into: folder)
      let result = try Command().run([
        "stacks", "--sample", "200", "--format", "json", "--report", "\(folder)/report", program,
      ])
      // No system call that sleeps was ended.
      #expect(result.status == 0 && result.output == "nanosleep 0\n")
      let report = try JSONDecoder().decode(
        StacksReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/report")))
      let worker = try #require(report.stacks.first { $0.name == "worker" })
      let sample = try #require(worker.deepestSample)
      #expect((report.samples ?? 0) > 5)
      #expect((100_000..<200_000).contains(sample.depth), "\(sample.depth)")
      #expect(sample.depth < (worker.peak ?? 0))
      let symbols = sample.unwind.frames.flatMap(\.symbols)
      #expect(symbols.contains("deep") && symbols.contains("run"))
    }
  }

  @Test func withoutItThereIsNone() throws {
    let result = try Command().run(["stacks", "--format", "json", "true"])
    let report = try JSONDecoder().decode(StacksReport.self, from: Data(result.errors.utf8))
    #expect(report.samples == nil && report.stacks.allSatisfy { $0.deepestSample == nil })
  }
}
