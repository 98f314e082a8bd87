import Foundation
import Testing

@testable import CrashLab

/// A program can't notice that it is watched, and nothing that crashlab meets loses its end.
@Suite struct ExecTransparencyTests {
  private static func shell(_ script: String) throws -> Command.Result {
    let lab = try Command().executable.path
    return try Command(path: "/bin/sh").run(
      ["-c", script.replacingOccurrences(of: "LAB", with: "'\(lab)'")],
      environment: ["SWIFT_BACKTRACE": "enable=no"])
  }

  private func withProgram(_ source: String, _ body: (String, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try body(try Toolbox.build(source, with: "gcc", ["-g", "-O1"], into: folder), folder)
    }
  }

  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func endsAreSeenAtOnceByTheParent() throws {
    try withProgram("pidfd-wnohang.c") { program, _ in
      let seen = try Command().run(["exec", "-f", "--", program])
      #expect(seen.output.hasPrefix("0 of 200"), "\(seen.output)")
    }
  }

  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func childWithoutExitSignalOutlivesTheProgram() throws {
    try withProgram("clone-child.c") { program, folder in
      let mark = folder + "/alive"
      _ = try Command().run(["exec", "--", program, mark])
      for _ in 0..<100 where !FileManager.default.fileExists(atPath: mark) { usleep(100_000) }
      #expect(FileManager.default.fileExists(atPath: mark))
    }
  }

  @Test(
    .enabled(if: Toolbox.has("gcc") && getuid() == 0, "a pid namespace needs root and gcc"),
    .enabled(if: (try? shell("unshare --pid --fork true"))?.status == 0, "no pid namespace here"))
  func firstProcessOfANamespaceDies() throws {
    try withProgram("namespace-init.c") { program, _ in
      let seen = try Self.shell("timeout -k 1 30 LAB exec -f -- unshare --pid --fork \(program)")
      #expect(seen.status == 139)
      #expect(seen.errors.contains("SIGSEGV"))
    }
  }

  @Test func nobodyWaitsForInheritedChildren() throws {
    let seen = try Self.shell(
      "sleep 40 >/dev/null 2>&1 & exec timeout 20 LAB exec -f -- sh -c 'exit 3'")
    #expect(seen.status == 3)
  }

  @Test func brokenPipeIsALine() throws {
    let seen = try Self.shell("LAB exec -f -- sh -c 'yes | head -1'")
    #expect(seen.output == "y\n")
    #expect(seen.errors.split(separator: "\n").count <= 1)
  }

  @Test func reportIsOpenedBeforeTheProgramRuns() throws {
    try withTemporaryFolder { folder in
      let seen = try Self.shell("LAB exec --report /nonexistent/x -- touch \(folder)/ran")
      #expect(seen.status == 70)
      #expect(!FileManager.default.fileExists(atPath: folder + "/ran"))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full here"))
  func fullDeviceLosesNoStatus() throws {
    #expect(try Self.shell("LAB exec -- sh -c 'kill -SEGV $$' 2> /dev/full").status == 139)
    #expect(
      try Self.shell("LAB exec --report /dev/full -- sh -c 'kill -SEGV $$'").status == 139)
  }

  @Test func reportIsOnlyItsOwners() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/report"
      _ = try Command().run(["exec", "--report", file, "--", "true"])
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  /// The parent is the process that the user has started; the observer stands beside the program.
  @Test(arguments: ["KILL", "SEGV", "ABRT"])
  func programOutlivesItsObserver(signal: String) throws {
    let seen = try Self.shell(
      """
      LAB exec -- sh -c 'echo begun; while [ ! -e "$0" ]; do sleep 0.05; done; echo done; exit 9' \
        "$$.go" & lab=$!
      for turn in $(seq 200); do
        for child in $(cat /proc/$lab/task/$lab/children); do
          [ "$(cat /proc/$child/comm)" = sh ] && program=$child || observer=$child
        done
        [ -n "$program" ] && break; sleep 0.05
      done
      sleep 0.2; kill -\(signal) $observer; sleep 0.1; : > "$$.go"; wait $lab; status=$?
      rm -f "$$.go"; exit $status
      """)
    #expect(seen.output == "begun\ndone\n")
    #expect(seen.status == 9)
    #expect(seen.errors.contains("crashlab itself was ended by SIG\(signal)"), "\(seen.errors)")
  }

  /// A signal that comes while the observer is dying may be lost: its last wait takes the stop, and
  /// nobody lets the program go on with the signal (kernel/exit.c, do_wait looks before it ends).
  @Test func signalOfTheProgramIsToldWithoutItsObserver() throws {
    let seen = try Self.shell(
      """
      LAB exec -- sh -c 'kill -KILL $(grep TracerPid /proc/$$/status | cut -f2); sleep 0.5; kill -SEGV $$'
      """)
    #expect(seen.status == 139)
    #expect(seen.errors.contains("crashlab itself was ended by SIGKILL"))
  }

  /// 128 and a signal's number is what crashlab says of the program.
  @Test(arguments: ["SEGV", "ABRT", "ILL", "TRAP"])
  func ownCrashIsNotTheProgramsStatus(signal: String) throws {
    let seen = try Self.shell("LAB exec -- sh -c 'kill -\(signal) $PPID; exit 3'")
    #expect(seen.status == 70)
    #expect(seen.errors.contains("crashlab itself has crashed"))
  }

  @Test(arguments: ["", "trap '' XFSZ;"])
  func ignoredSignalsAreInherited(_ before: String) throws {
    let look = "grep SigIgn /proc/self/status"
    let bare = try Self.shell("\(before) exec \(look)")
    let seen = try Self.shell("\(before) exec LAB exec -- \(look)")
    #expect(seen.output == bare.output)
  }

  @Test(arguments: [
    ("Name:\tx\nNSpid:\t4012\t1\n", true), ("NSpid:\t4012\t12\n", false), ("NSpid:\t1\n", true),
    ("NSpid:\t21\n", false), ("", false),
  ])
  func firstOfItsNamespace(_ status: String, _ isInit: Bool) {
    #expect(NamespaceInit.isInit(status: status) == isInit)
  }
}
