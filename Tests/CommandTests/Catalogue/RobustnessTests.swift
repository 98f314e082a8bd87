import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabText

/// The command on a machine that is short of something: it says what, or works as usual; it never
/// tells anything wrong, and it comes to an end.
@Suite struct RobustnessTests {
  private struct Outcome {
    var status: Int32
    var report: RunReport?
    var output: String
    var errors: String

    var isUntried: Bool { status == 125 }
    var verdicts: Set<TrialReport.Verdict> { Set(report?.trials.compactMap(\.verdict) ?? []) }
  }

  private static let few = [
    "null-write", "thread-recursion", "main-low-rlimit", "no-alternate-stack", "grandchild",
    "coroutine-ucontext",
  ]

  private func run(
    under conditions: [String], _ arguments: [String], build: Build = .release
  ) throws -> Outcome {
    let command = try Command(build: build).executable.path
    let result = try Command("hostile-machine").run(conditions + ["--", command] + arguments)
    return Outcome(
      status: result.status,
      report: try? JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8)),
      output: result.output, errors: result.errors)
  }

  private func cases(_ names: [String]) -> [String] {
    ["run"] + names + ["--no-save", "--format", "json"]
  }

  /// Whether the conditions can be made: root may.
  private static let isPermitted: Bool = {
    let result = try? Command("hostile-machine").run(["--", "/bin/true"])
    return result?.status == 0
  }()

  // MARK: - Standard descriptors

  /// What the laboratory opens does not take the place of a descriptor that was closed.
  @Test(
    .enabled(if: isPermitted, "no namespaces here"),
    arguments: [[0], [2], [0, 2]])
  func closedDescriptorsChangeNothing(closed: [Int]) throws {
    let conditions = closed.flatMap { ["--closed", "\($0)"] }
    let outcome = try run(under: conditions, cases(RobustnessTests.few))
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.verdicts == [.asExpected])
    #expect(outcome.report?.trials.count == RobustnessTests.few.count)
  }

  @Test(.enabled(if: isPermitted, "no namespaces here"), arguments: [[1], [0, 1], [0, 1, 2]])
  func closedOutputIsAnError(closed: [Int]) throws {
    let conditions = closed.flatMap { ["--closed", "\($0)"] }
    for arguments in [["list"], cases(RobustnessTests.few)] {
      let outcome = try run(under: conditions, arguments)
      #expect(outcome.status == 70, "\(arguments)")
      #expect(closed.contains(2) || outcome.errors.contains("Bad file descriptor"), "\(arguments)")
    }
  }

  /// A program under exec finds what was closed closed, and its own files where they would be.
  @Test(.enabled(if: isPermitted, "no namespaces here"))
  func programFindsThemClosed() throws {
    let script = "exec 3< /dev/null; for i in 0 1 2; do readlink /proc/$$/fd/$i || echo none; done"
    let outcome = try run(
      under: ["--closed", "0"], ["exec", "--", "/bin/sh", "-c", script])
    #expect(outcome.output.hasPrefix("none\n"), "\(outcome.output)")
    #expect(outcome.status == 0)
  }

  @Test(.enabled(if: isPermitted, "no namespaces here"))
  func doctorSaysWhatIsClosed() throws {
    let outcome = try run(under: ["--closed", "0", "--closed", "2"], ["doctor"])
    #expect(outcome.output.contains("closed: input, error"))
  }

  // MARK: - Calls

  /// What bounds a child is refused: no child is started, and the call is named.
  @Test(
    .enabled(if: isPermitted, "no namespaces here"),
    arguments: [
      ("setpgid", "EPERM", "setpgid"), ("setpgid", "ENOSYS", "setpgid"),
      ("prlimit", "EPERM", "setrlimit"), ("prlimit", "ENOSYS", "setrlimit"),
      ("prctl", "EPERM", "prctl"),
    ])
  func confinementIsRefused(call: String, error: String, name: String) throws {
    let outcome = try run(under: ["--fail", call, error, "0"], cases(RobustnessTests.few))
    #expect(outcome.status == 70)
    #expect(outcome.report?.trials.isEmpty != false)
    #expect(outcome.errors.contains(name), "\(outcome.errors)")
    let doctor = try run(under: ["--fail", call, error, "0"], ["doctor"])
    #expect(doctor.status == 1)
    #expect(doctor.output.contains("\(name) ("), "\(doctor.output)")
  }

  @Test(.enabled(if: isPermitted, "no namespaces here"))
  func setsidIsNotNeeded() throws {
    let outcome = try run(under: ["--fail", "setsid", "EPERM", "0"], cases(RobustnessTests.few))
    #expect(outcome.status == 0)
    #expect(outcome.verdicts == [.asExpected])
  }

  // MARK: - Limits

  /// A main stack without a limit would take all memory: a child's has one.
  @Test(.enabled(if: isPermitted, "no namespaces here"))
  func unlimitedStackIsBounded() throws {
    let outcome = try run(
      under: ["--limit", "stack", "unlimited"],
      cases(RobustnessTests.few + ["main-recursion", "main-huge-array", "thread-dispatch-worker"]))
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.verdicts == [.asExpected])
    let main = outcome.report?.trials.first { $0.case == "main-recursion" }?.faults.first
    #expect(main?.site.stackSize == 8 << 20)
  }

  @Test(
    .enabled(if: isPermitted, "no namespaces here"),
    arguments: [64, 32])
  func fewDescriptorsAreEnough(limit: Int) throws {
    let outcome = try run(
      under: ["--limit", "nofile", "\(limit)"], cases(RobustnessTests.few) + ["--jobs", "2"])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.verdicts == [.asExpected])
  }

  /// The kernel drops who has sent a signal: what can't be seen is skipped, and faults are.
  @Test(.enabled(if: isPermitted, "no namespaces here"))
  func sendersAreDropped() throws {
    let conditions = ["--limit", "sigpending", "0"]
    let outcome = try run(
      under: conditions,
      cases(
        ["sent-signal-queue", "sent-signal-kill", "sent-signal-raise"]
          + RobustnessTests.few))
    #expect(outcome.status == 0, "\(outcome.output)")
    let skipped = outcome.report?.trials.filter { $0.verdict == .skipped } ?? []
    #expect(skipped.count == 3)
    #expect(skipped.allSatisfy { $0.reason?.contains("ulimit -i") == true })
    #expect(try run(under: conditions, ["doctor"]).output.contains("tried, not told"))
  }

  /// Of a machine of which the doctor says yes no case fails; where he says no he says why.
  @Test(
    .enabled(if: isPermitted, "no namespaces here"),
    arguments: [
      ["--nobody"], ["--limit", "nofile", "20"], ["--limit", "data", "100000000"],
      ["--fail", "ptrace", "EPERM", "0"],
    ])
  func doctorIsRight(conditions: [String]) throws {
    let doctor = try run(under: conditions, ["doctor"])
    guard doctor.status == 0 else {
      #expect(doctor.status == 1 && doctor.output.contains("FAIL"), "\(conditions)")
      return
    }
    let all = try run(under: conditions, ["all", "--no-save", "--format", "json"])
    let bad =
      all.report?.trials.filter { ![.asExpected, .skipped].contains($0.verdict) }
      .map { "\($0.case ?? ""): \($0.reason ?? "")\($0.mismatches)" } ?? ["nothing ran"]
    #expect(all.status == 0, "\(conditions): \(bad) \(all.errors)")
  }

  // MARK: - A machine that is too busy

  /// Next to nothing of the processor's time is left: that is slow, and not wrong. It starves the
  /// tests beside it too, so it runs only where CRASHLAB_STARVED is set.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["CRASHLAB_STARVED"] != nil,
      "needs CRASHLAB_STARVED, and a machine for itself"))
  func starvedMachineIsSlow() throws {
    let busy = try (0..<4).map { _ in
      try Command(path: "/bin/sh").start(["-c", "while :; do :; done"])
    }
    defer { for process in busy { kill(process.identifier, SIGKILL) } }
    let command = try Command(build: .release).executable.path
    let names = ["null-write", "thread-recursion", "thread-bystanders", "no-alternate-stack"]
    let result = try Command(path: "/usr/bin/nice").run(
      ["-n", "19", command, "run"] + names
        + ["--no-save", "--format", "json", "--timeout", "1"])
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    #expect(result.status == 0, "\(report.trials.map(\.summary)) \(report.trials.map(\.reason))")
    #expect(report.trials.allSatisfy { $0.verdict == .asExpected })
  }
}
