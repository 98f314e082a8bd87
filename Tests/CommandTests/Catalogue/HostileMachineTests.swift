import Foundation
import Testing

@testable import CrashLab

/// A machine that refuses something gets a clear message and status 70, or a case is skipped with
/// its reason; never a wrong verdict. CRASHLAB_SWEEP=all tries every moment at which a call could be
/// refused.
@Suite struct HostileMachineTests {
  /// What came of a run.
  private struct Outcome {
    var status: Int32
    /// Every sentence that was said: by the command, and of the trials that are not as expected.
    var said: [String]
    var verdicts: Set<TrialReport.Verdict>
    /// How many calls were refused.
    var refused: Int

    /// The condition can't be made here.
    var isUntried: Bool { status == 125 }
  }

  /// Every moment is tried, and with more cases.
  private static let isWhole = ProcessInfo.processInfo.environment["CRASHLAB_SWEEP"] == "all"

  /// Cases that together make every call that the harness makes.
  private static let few = [
    "null-write", "main-low-rlimit", "no-alternate-stack", "thread-madvise-guard", "grandchild",
  ]
  private static let more = [
    "thread-recursion", "sibling-process", "coroutine-ucontext", "recover-longjmp",
    "mapped-file-truncated", "vfork-child", "shared-memory-process",
  ]

  private func run(_ conditions: [String], _ arguments: [String]) throws -> Outcome {
    let command = try Command(build: .release).executable.path
    let result = try Command("hostile-machine").run(
      conditions + ["--", command, "run"] + arguments + ["--jobs", "1", "--format", "json"])
    let report = try? JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    let lines = result.errors.split(separator: "\n").map(String.init)
    let count = lines.last { $0.hasPrefix("hostile-machine: refused ") }?.split(separator: " ").last
    let trials = report?.trials ?? []
    return Outcome(
      status: result.status,
      said: lines.filter { !$0.hasPrefix("hostile-machine: refused ") }
        + trials.filter { $0.verdict != .asExpected }.map { $0.reason ?? "" },
      verdicts: Set(trials.compactMap(\.verdict)), refused: count.flatMap { Int($0) } ?? 0)
  }

  /// The one rule.
  private func expectTruth(_ outcome: Outcome, cause: String, _ what: String) {
    let comment = Comment(rawValue: "\(what): status \(outcome.status), \(outcome.said)")
    #expect(outcome.status == 0 || outcome.status == 70, comment)
    #expect(!outcome.verdicts.contains(.notAsExpected), comment)
    #expect(!outcome.said.contains(""), comment)
    if outcome.status == 70 {
      // pthread_create makes EAGAIN of every want; a loader only ends.
      let causes = [cause, String(cString: strerror(EAGAIN)), "never armed"]
      #expect(outcome.said.contains { said in causes.contains { said.contains($0) } }, comment)
    }
  }

  /// Each call that the laboratory and its children make, refused at one moment after the other.
  @Test func aCallIsRefusedOnce() throws {
    let cases =
      HostileMachineTests.few + (HostileMachineTests.isWhole ? HostileMachineTests.more : [])
    var table = Table(
      "a call is refused once", columns: "call", "error", "moments", "exit 70", "as if nothing",
      "one of what was said")
    defer { table.show() }
    for (call, name, error) in [
      ("memfd_create", "EMFILE", EMFILE), ("mmap-shared", "ENOMEM", ENOMEM),
      ("mmap-stack", "ENOMEM", ENOMEM), ("mprotect-none", "ENOMEM", ENOMEM),
      ("madvise", "ENOMEM", ENOMEM), ("sigaltstack", "ENOMEM", ENOMEM),
      ("ftruncate", "ENOSPC", ENOSPC), ("fork", "EAGAIN", EAGAIN), ("thread", "EAGAIN", EAGAIN),
      ("execve", "ENOMEM", ENOMEM), ("socketpair", "EMFILE", EMFILE),
      ("pidfd_open", "EMFILE", EMFILE), ("signalfd", "EMFILE", EMFILE), ("pipe", "EMFILE", EMFILE),
      ("dup", "EMFILE", EMFILE), ("openat", "EMFILE", EMFILE),
      ("ptrace", "EPERM", EPERM), ("waitid", "ECHILD", ECHILD), ("poll", "ENOMEM", ENOMEM),
    ] {
      var moment = 1
      var outcomes: [Outcome] = []
      while true {
        let outcome = try run(
          ["--fail", call, name, "\(moment)"], cases + ["--no-save", "--unwinding", "none"])
        if outcome.isUntried || outcome.refused == 0 { break }
        expectTruth(outcome, cause: String(cString: strerror(error)), "\(call) \(name) \(moment)")
        outcomes.append(outcome)
        moment = HostileMachineTests.isWhole || moment == 1 ? moment + 1 : moment * 4
      }
      #expect(!outcomes.isEmpty || !HostileMachineTests.isPermitted, "\(call) was never called")
      table.add(
        call, name, "\(outcomes.count)", "\(outcomes.count { $0.status == 70 })",
        "\(outcomes.count { $0.status == 0 })", outcomes.first { $0.status == 70 }?.said.first ?? ""
      )
    }
  }

  /// A run in which nothing ran is no success.
  @Test(.enabled(if: isPermitted, "no namespaces here")) func nothingRan() throws {
    let outcome = try run(
      ["--fail", "ptrace", "EPERM", "0"], ["no-alternate-stack", "--no-save"])
    #expect(outcome.status == 1)
    #expect(outcome.said.contains { $0.contains("nothing ran") })
  }

  /// What a sandbox, an old kernel or a limit refuses from the beginning to the end.
  @Test func theMachineIsHostile() throws {
    var table = Table("a hostile machine", columns: "what", "status", "verdicts", "what was said")
    defer { table.show() }
    try withTemporaryFolder { folder in
      let save = ["--output", folder]
      let rows: [(String, [String], [String], Int32, String)] = [
        ("no ptrace", ["--fail", "ptrace", "EPERM", "0"], [], 0, "needs ptrace"),
        ("no pidfd_open", ["--fail", "pidfd_open", "ENOSYS", "0"], [], 70, "pidfd_open"),
        ("no guards by madvise", ["--fail", "madvise-guard", "EINVAL", "0"], [], 0, "MADV_GUARD"),
        (
          "no process_vm_readv", ["--fail", "process_vm_readv", "EPERM", "0"], [], 70,
          "process_vm_readv"
        ),
        ("no fork", ["--fail", "fork", "EAGAIN", "0"], [], 70, "fork"),
        ("no second thread", ["--fail", "thread", "EAGAIN", "0"], [], 70, "armed"),
        ("no file in memory", ["--fail", "memfd_create", "ENOSYS", "0"], [], 70, "memfd_create"),
        ("no sealing", ["--fail", "seal", "EINVAL", "0"], [], 70, "board"),
        ("RLIMIT_NPROC", ["--nobody", "--limit", "nproc", "1"], [], 70, "ulimit -u"),
        ("RLIMIT_NOFILE of 8", ["--limit", "nofile", "8"], [], 70, "ulimit -n"),
        ("RLIMIT_NOFILE of 12", ["--limit", "nofile", "12"], [], 70, "ulimit -n"),
        ("RLIMIT_NOFILE of 24", ["--limit", "nofile", "24"], [], 0, ""),
        ("RLIMIT_NOFILE of 128", ["--limit", "nofile", "128"], [], 0, ""),
        ("nothing in /proc", ["--without-proc"], [], 70, "/proc"),
        ("a full output folder", ["--full", folder], save + ["--repeat", "9"], 70, "disk full"),
        ("a read-only output folder", ["--read-only", folder], save, 70, "--output"),
        ("no new folder", ["--fail", "mkdir", "EACCES", "0"], save, 70, "--output"),
        ("no renaming", ["--fail", "rename", "ENOSPC", "0"], save, 70, "disk full"),
      ]
      for (what, conditions, arguments, status, words) in rows {
        let outcome = try run(
          conditions,
          HostileMachineTests.few + (arguments.isEmpty ? ["--no-save"] : arguments))
        let verdicts = outcome.verdicts.map(\.rawValue).sorted().joined(separator: ", ")
        table.add(
          what, outcome.isUntried ? "not tried here" : "\(outcome.status)", verdicts,
          outcome.said.first ?? "")
        if outcome.isUntried {
          #expect(!HostileMachineTests.isPermitted, "\(what): \(outcome.said)")
          continue
        }
        #expect(outcome.status == status, "\(what): \(outcome.said)")
        #expect(!outcome.verdicts.contains(.notAsExpected), "\(what): \(outcome.said)")
        #expect(
          words.isEmpty || outcome.said.contains { $0.contains(words) },
          "\(what): \(outcome.said)")
      }
    }
  }

  /// Whether the conditions can be made: root may.
  private static let isPermitted: Bool = {
    let result = try? Command("hostile-machine").run(["--", "/bin/true"])
    return result?.status == 0
  }()
}
