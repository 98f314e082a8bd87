import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabText

/// A run's reports go into the folder that was made for it, whatever becomes of its name.
@Suite struct RunFolderTests {
  private func withRoot(_ body: (String, RunFolder) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.path + "/crashlab-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    try body(root, RunFolder.create(in: root, machine: .current()))
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
      let others = try (0..<3).map { _ in try RunFolder.create(in: root, machine: .current()) }
      #expect(Set(others.map(\.path) + [folder.path]).count == 4)
      #expect(try names(root).count == 4)
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
