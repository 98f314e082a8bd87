import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabText

/// A run's reports go into the folder that was made for it, whatever becomes of its name.
@Suite struct RunFolderTests {
  private func withRoot(_ body: (String, RunFolder) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.path + "/crashlab-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    try body(root, RunFolder.create(in: root, machine: .this))
  }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path)
  }

  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    try withRoot { _, folder in
      try folder.save(TrialReport(TrialResult(command: ["x"])))
      #expect(try permissions(folder.path) == 0o700)
      #expect(try permissions(folder.path + "/command.1.json") == 0o600)
    }
  }

  @Test func twoRunsOfOneSecondAreApart() throws {
    try withRoot { root, folder in
      let others = try (0..<3).map { _ in try RunFolder.create(in: root, machine: .this) }
      #expect(Set(others.map(\.path) + [folder.path]).count == 4)
      #expect(try names(root).count == 4)
    }
  }

  /// Process identifiers wrap around, and 999 is before 1000.
  @Test func ofOneSecondTheLatestIsTheLastChanged() throws {
    try withRoot { root, _ in
      let names = [1, 20, 3, 1000].map { "2030-01-02T03.04.05-\($0)" }
      let times = [4, 1, 3, 2].map { timespec(tv_sec: 1_900_000_000, tv_nsec: $0) }
      for (name, time) in zip(names, times) {
        try FileManager.default.createDirectory(
          atPath: "\(root)/\(name)", withIntermediateDirectories: false)
        try #require(utimensat(AT_FDCWD, "\(root)/\(name)", [time, time], 0) == 0)
      }
      #expect(RunFolder.list(in: root).suffix(4) == [names[1], names[3], names[2], names[0]])
    }
  }

  @Test func linkInItsPlaceRedirectsNothing() throws {
    try withRoot { root, folder in
      let files = FileManager.default
      let (away, victim) = (root + "/away", root + "/victim")
      try files.createDirectory(atPath: victim, withIntermediateDirectories: true)
      try files.moveItem(atPath: folder.path, toPath: away)
      try files.createSymbolicLink(atPath: folder.path, withDestinationPath: victim)
      try folder.save(TrialReport(TrialResult(command: ["x"])))
      #expect(try names(victim).isEmpty)
      #expect(try names(away) == ["command.1.json"])
    }
  }

  /// Neither under the name that is written first, nor under the last one.
  @Test(arguments: ["command.1.json", ".command.1.json.partial"])
  func linkToAFileIsNotFollowed(name: String) throws {
    try withRoot { root, folder in
      let victim = root + "/victim"
      try "untouched".write(toFile: victim, atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: victim)
      try folder.save(TrialReport(TrialResult(command: ["x"])))
      #expect(try String(contentsOfFile: victim, encoding: .utf8) == "untouched")
      let (files, broken) = RunFolder.trials(in: folder.path)
      #expect(files.count == 1 && broken.isEmpty)
    }
  }
}

/// Old runs are deleted, and nothing else.
@Suite struct OldRunTests {
  private let files = FileManager.default

  /// Runs, each so many days old.
  private func withRuns(
    _ ages: [Int], _ body: (_ root: String, _ runs: [String]) throws -> Void
  ) throws {
    let root = files.temporaryDirectory.path + "/crashlab-\(UUID().uuidString)"
    defer { try? files.removeItem(atPath: root) }
    let runs = try ages.map { age in
      let folder = try RunFolder.create(in: root, machine: .this)
      try folder.save(TrialReport(TrialResult(command: ["x"])))
      try folder.save(commandLine: "crashlab exec x")
      try makeOld(folder.path, days: age)
      return folder.path
    }
    try body(root, runs)
  }

  private func makeOld(_ path: String, days: Int) throws {
    try files.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -86_400 * Double(days) - 60)],
      ofItemAtPath: path)
  }

  /// The names tell which are the latest: the runs of one second by the process, then by a number.
  @Test func onlyTheLatestAreKept() throws {
    try withRuns([0, 0, 0, 0]) { root, runs in
      RunFolder.keepLatest(4, in: root)
      #expect(RunFolder.list(in: root).count == 4)
      let latest = RunFolder.list(in: root).suffix(2)
      RunFolder.keepLatest(2, in: root)
      #expect(RunFolder.list(in: root) == Array(latest))
      RunFolder.keepLatest(0, in: root)
      #expect(RunFolder.list(in: root).isEmpty)
    }
  }

  @Test func onlyOldOnesAreDeleted() throws {
    try withRuns([0, 29, 30, 400]) { root, runs in
      #expect(RunFolder.size(of: root) > 1000)
      let deletion = try RunFolder.delete(olderThan: 30 * 86_400, in: root)
      #expect(deletion.deleted.count == 2 && deletion.left.isEmpty && deletion.bytes > 500)
      #expect(runs.map { files.fileExists(atPath: $0) } == [true, true, false, false])
    }
  }

  @Test func whatIsNoReportStays() throws {
    try withRuns([40]) { root, runs in
      let note = "\(runs[0])/notes.txt"
      try "mine".write(toFile: note, atomically: false, encoding: .utf8)
      try files.createDirectory(atPath: "\(root)/other", withIntermediateDirectories: true)
      try "{}".write(toFile: "\(root)/other/a.1.json", atomically: false, encoding: .utf8)
      for path in [runs[0], "\(root)/other"] { try makeOld(path, days: 40) }
      let deletion = try RunFolder.delete(olderThan: 60, in: root)
      #expect(deletion.deleted.isEmpty && deletion.left == runs)
      #expect(files.fileExists(atPath: note))
      #expect(files.fileExists(atPath: "\(root)/other/a.1.json"))
    }
  }

  @Test func linksAreNotFollowed() throws {
    try withRuns([40]) { root, runs in
      let away = root + "-away"
      defer { try? files.removeItem(atPath: away) }
      try files.moveItem(atPath: runs[0], toPath: away)
      try files.createSymbolicLink(atPath: runs[0], withDestinationPath: away)
      try makeOld(away, days: 40)
      let deletion = try RunFolder.delete(olderThan: 60, in: root)
      #expect(deletion.deleted.isEmpty)
      #expect(files.fileExists(atPath: away + "/command.1.json"))
    }
  }

  @Test func noFolderIsNoError() throws {
    #expect(try RunFolder.delete(olderThan: 0, in: "/no/such/folder").deleted.isEmpty)
  }

  @Test func nameTellsTheStart() {
    #expect(RunFolder.start(of: "2026-11-24T07.30.00-1234") == "2026-11-24 07:30:00")
    #expect(RunFolder.start(of: "2026-11-24T07.30.00-1234-2") != nil)
    for other in ["page.html", "2026-11-24", "2026-11-24T07.30.00-", "2026-11-24T07.30.00-x"] {
      #expect(RunFolder.start(of: other) == nil)
    }
  }

  @Test func commandLineIsKept() throws {
    try withRuns([0]) { _, runs in
      #expect(RunFolder.commandLine(of: runs[0]) == "crashlab exec x")
      #expect(RunFolder.commandLine(of: "/no/such/folder") == nil)
    }
  }
}
