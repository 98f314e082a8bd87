import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabBench

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
      // It has a figure if it walked nearly the whole chain; in any case the number of its frames is
      // told.
      let capture = "unwind.\(chain.rawValue).runtime-capture"
      #expect(names.contains(capture) != report.absent.contains(capture))
      #expect(report.notes.contains { $0.hasPrefix(capture) })
    }
    for figure in report.benchmarks {
      #expect(figure.unit == "ns")
      #expect(figure.lowerQuartile <= figure.median && figure.median <= figure.upperQuartile)
      #expect(figure.median > 0)
    }
  }

  /// The work is done by itself and under exec, and tells itself how long it took.
  @Test func execBenchmarkHasItsFigures() throws {
    let result = try Command().run(["bench", "exec", "--rounds", "1", "--format", "json"])
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSON.value(BenchmarkReport.self, from: Array(result.output.utf8))
    let names = Set(report.benchmarks.map(\.name))
    for group in ["start", "handled-faults-20000", "threads-10000", "compute-1000"] {
      for tracer in ["bare", "crashlab"] { #expect(names.contains("exec.\(group).\(tracer)")) }
      #expect(report.notes.contains { $0.hasPrefix("exec.\(group)") && $0.contains("limit") })
    }
  }

  /// Whoever is installed has read the same program, dump and library.
  @Test func reportBenchmarkHasItsFigures() throws {
    let result = try Command().run([
      "bench", "report", "--rounds", "1", "--no-peers", "--format", "json",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSON.value(BenchmarkReport.self, from: Array(result.output.utf8))
    let names = Set(report.benchmarks.map(\.name))
    for group in ["exec", "frames"] { #expect(names.contains("report.\(group).crashlab")) }
    // Where the kernel puts dumps elsewhere, that is told.
    #expect(
      names.contains("report.core.crashlab")
        != report.notes.contains { $0.hasPrefix("report.core: no dump") })
    for name in report.absent { #expect(!names.contains(name)) }
  }

  @Test func layoutBenchmarkHasItsFigures() throws {
    let result = try Command().run([
      "bench", "layout", "--threads", "300", "--rounds", "2", "--format", "json",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSON.value(BenchmarkReport.self, from: Array(result.output.utf8))
    #expect(
      report.benchmarks.map(\.name) == ["layout.threads-300.look", "layout.threads-300.files"])
  }

  @Test func anEarlierFileIsComparedWith() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/before.json"
      let first = try Command().run(["bench", "harness", "--rounds", "20", "--export", file])
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output.contains("bare-fork") && first.output.contains("whole"))
      let again = try Command().run([
        "bench", "harness", "--rounds", "20", "--compare", file, "--format", "json",
      ])
      let report = try JSON.value(BenchmarkReport.self, from: Array(again.output.utf8))
      let comparison = try #require(report.comparison)
      #expect(comparison.figures.map(\.name) == report.benchmarks.map(\.name))
      #expect(comparison.machine.isEmpty)
      // Whether the machine was busier meanwhile is not for a test to say.
      #expect(again.status == (comparison.hasSlower ? 1 : 0))

      var earlier = try BenchmarkReport.read(file)
      for index in earlier.benchmarks.indices {
        earlier.benchmarks[index].samples = earlier.benchmarks[index].samples.map { $0 / 1000 }
      }
      let faster = "\(folder)/faster.json"
      try earlier.write(to: faster)
      let slower = try Command().run(["bench", "compare", faster, file])
      #expect(slower.status == 1 && slower.output.contains("slower  harness.null-write.whole"))
      let back = try Command().run(["bench", "compare", file, faster])
      #expect(back.status == 0 && back.output.contains("2 faster"))
    }
  }

  /// Before anything is measured.
  @Test(arguments: ["/nowhere/at/all", "/proc/self/exe", "/dev/zero"])
  func whatIsNoReportIsTold(path: String) throws {
    let result = try Command().run(["bench", "--compare", path])
    #expect(result.status == 66 && result.output.isEmpty)
    #expect(result.errors.contains(path))
    #expect(try Command().run(["bench", "compare", path, path]).status == 66)
  }
}
