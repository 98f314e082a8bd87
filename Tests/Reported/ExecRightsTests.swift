import Foundation
import Testing

@testable import CrashLab

/// Programs whose files give rights that the kernel gives to no traced program, or that may not be
/// read. They are copies of grep, which tells its own rights; whoever runs them has none.
@Suite(
  .enabled(if: getuid() == 0, "needs root, to make such files and to run them as somebody else"),
  .enabled(if: Toolbox.has("setpriv") && Toolbox.has("setcap"), "no setpriv or no setcap here"))
struct ExecRightsTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var prepare: String
    var words: String
  }

  static let rows = [
    Row(
      testDescription: "capabilities", prepare: "setcap cap_net_raw+ep",
      words: "file capabilities (cap_net_raw)"),
    Row(
      testDescription: "set-user-ID", prepare: "chmod 4755",
      words: "the rights of user 0 (set-user-ID)"),
    Row(
      testDescription: "set-group-ID", prepare: "chmod 2755",
      words: "the rights of group 0 (set-group-ID)"),
    Row(testDescription: "execute only", prepare: "chmod 0111", words: "not read"),
  ]

  private static let nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"

  /// - Parameter script: with LAB and PROGRAM, which nobody in particular may execute.
  private func run(_ row: Row, _ script: String) throws -> Command.Result {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
      let (lab, program) = (folder + "/crashlab", folder + "/program")
      try placeProgram(try Command().executable.path, at: lab)
      try placeProgram(try #require(Toolbox.find("grep")), at: program)
      let made = try Command(path: "/bin/sh").run(["-c", "\(row.prepare) \(program)"])
      try #require(made.status == 0, "\(made.errors)")
      return try Command(path: "/bin/sh").run([
        "-c",
        script.replacingOccurrences(of: "LAB", with: "\(Self.nobody) \(lab)")
          .replacingOccurrences(of: "ROOT", with: lab)
          .replacingOccurrences(of: "PROGRAM", with: "\(program) Uid: /proc/self/status"),
      ])
    }
  }

  @Test(arguments: rows) func isRefusedInWords(row: Row) throws {
    let seen = try run(row, "LAB exec -- PROGRAM")
    #expect(seen.status == 126)
    #expect(seen.output.isEmpty)
    #expect(seen.errors.contains(row.words), "\(seen.errors)")
  }

  /// The one that is traced for what it executes later, and the one that is followed.
  @Test(
    arguments: rows,
    ["LAB exec -- sh -c 'exec PROGRAM'", "LAB exec -f -- sh -c 'PROGRAM; true'"])
  func isToldOfWhenExecutedLater(row: Row, script: String) throws {
    let seen = try run(row, script)
    #expect(seen.status == 0)
    #expect(seen.output.hasPrefix("Uid:\t65534\t65534"))
    #expect(seen.errors.contains("'program' (process "))
    #expect(seen.errors.contains(row.words), "\(seen.errors)")
    #expect(seen.errors.split(separator: "\n").count == 1)
  }

  /// Without --follow-forks no child is traced: it has its rights, and there is nothing to tell.
  @Test func childThatIsNotFollowedHasItsRights() throws {
    let seen = try run(Self.rows[1], "LAB exec -- sh -c 'PROGRAM; true'")
    #expect(seen.output.hasPrefix("Uid:\t65534\t0"))
    #expect(seen.errors.isEmpty)
  }

  /// Whoever may trace all takes nothing away.
  @Test(arguments: rows) func rootRunsIt(row: Row) throws {
    let seen = try run(row, "ROOT exec -- PROGRAM")
    #expect(seen.status == 0)
    #expect(seen.output.hasPrefix("Uid:\t0\t0"))
    #expect(seen.errors.isEmpty)
  }
}
