import Catalogue
import Foundation
import Testing

@testable import CrashLab

/// Folded unwinding against libunwind stepped plainly: program counter and CFA of every frame. And
/// against the truth: what the frames themselves have noted, preserved registers included.
@Suite struct OracleTests {
  /// `oracle --count 10000` is the same for longer. Among these are some in which the guess at a second
  /// piece of the stack falls on a copy of a return address (116, 217).
  @Test(arguments: Build.allCases)
  func randomRecursionsAreWalkedTruly(build: Build) throws {
    let result = try Command("oracle", build).run(["--seed", "100", "--count", "120"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.hasPrefix("120 recursions, "), "\(result.output)")
    let registers = try #require(result.output.firstMatch(of: /(\d+) registers equal/))
    #expect(try #require(Int(registers.1)) > 300_000, "\(result.output)")
  }

  /// A walk that differs is a laboratory error, in the handler and, where the case is observed, from
  /// outside. `crashlab all --unwinding oracle --observe-all` compares both walks of every case, which
  /// takes minutes.
  @Test func everyCaseIsWalkedAsLibunwindDoes() throws {
    let result = try Command().run([
      "all", "--unwinding", "oracle", "--timeout", "60", "--no-save", "--format", "json",
    ])
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    for trial in report.trials where trial.verdict != .skipped {
      #expect(
        trial.verdict == .asExpected,
        "\(trial.case ?? ""): \(trial.reason ?? "") \(trial.mismatches)")
    }
  }
}
