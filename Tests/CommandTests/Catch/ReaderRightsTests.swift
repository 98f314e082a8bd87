import Foundation
import TestSupport
import Testing

/// What is left to the process that reads a crash, once it has given up root's rights.
@Suite(.enabled(if: geteuid() == 0 && Toolbox.has("gcc"), "only root has rights to give up"))
struct ReaderRightsTests {
  private static let mayBeDone = ["read", "open", "fork", "wait"]

  @Test func readingIsLeft() throws {
    try withTemporaryFolder { folder in
      let harness = PackageFolder.path + "/harness"
      let program = try Toolbox.build(
        "rightless.c", with: "gcc",
        [
          "-D_GNU_SOURCE", "-I\(harness)/include", "\(harness)/catch/rights.c",
          "\(harness)/catch/filter.c",
        ], into: folder)
      // Nobody's rights must reach it.
      chmod(folder, 0o755)
      let result = try Command(path: program).run([])
      #expect(result.status == 0)
      let lines = result.output.split(separator: "\n").map { $0.split(separator: ":") }
      #expect(lines.count >= 18)
      for line in lines {
        let isDone = line.last == " done"
        #expect(isDone == Self.mayBeDone.contains(String(line[0])), "\(line)")
      }
      #expect(FileManager.default.fileExists(atPath: program))
    }
  }
}
