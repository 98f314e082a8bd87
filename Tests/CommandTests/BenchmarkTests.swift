import Foundation
import Testing

@testable import CrashLab

/// The benchmarks run, and their figures have the names that scripts rely on.
@Suite struct BenchmarkTests {
  /// Each unwinder must have seen the same frames, or there is no figure at all.
  @Test func unwindBenchmarkHasItsFigures() throws {
    let result = try Command().run([
      "bench", "unwind", "--rounds", "1", "--program-rounds", "0", "--format", "json",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(BenchmarkReport.self, from: Data(result.output.utf8))
    let names = Set(report.benchmarks.map(\.name))
    for chain in UnwindBenchmark.Chain.allCases {
      for figure in [
        "folded", "step", "backtrace-cold", "backtrace-warm", "observer", "copy-out",
      ] {
        #expect(names.contains("unwind.\(chain.rawValue).\(figure)"))
      }
      // It has a figure if it walked the whole chain, and else a word on why it has none.
      let capture = "unwind.\(chain.rawValue).runtime-capture"
      #expect(names.contains(capture) != report.absent.contains(capture))
      #expect(names.contains(capture) || report.notes.contains { $0.hasPrefix(capture) })
    }
    for figure in report.benchmarks {
      #expect(figure.unit == "ns")
      #expect(figure.lowerQuartile <= figure.median && figure.median <= figure.upperQuartile)
      #expect(figure.median > 0)
    }
  }
}
