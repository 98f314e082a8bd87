import Foundation
import Testing

@testable import CrashLab

/// Dumps that are packed, come through a pipe, or are of another machine's files.
@Suite(
  .enabled(
    if: CoreTests.kernelWritesCores, "core_pattern hands dumps to a collector, or writes elsewhere")
)
struct CoreFromElsewhereTests {
  private func signature(_ result: Command.Result) throws -> String? {
    try #require(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    return report.trials.first?.signature
  }

  @Test(
    arguments: ["zstd -q", "xz -0", "lz4 -q", "gzip -1"])
  func packed(with command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    guard Toolbox.has(words[0]) else { return }
    try CoreTests.withCore("null") { core in
      let plain = try signature(Command().run(["core", "--format", "json", core]))
      let packed = try Command(path: "/bin/sh").run([
        "-c", "\(command) -c \"$0\" > \"$0.packed\"", core,
      ])
      try #require(packed.status == 0, "\(packed.errors)")
      let seen = try signature(
        Command().run(["core", "--format", "json", "\(core).packed"]))
      #expect(plain != nil && seen == plain)
      let whole = try Data(contentsOf: URL(fileURLWithPath: "\(core).packed"))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: "\(core).cut"))
      let cut = try Command().run(["core", "\(core).cut"])
      #expect(cut.status == 65 && cut.errors.contains("can't be unpacked"))
    }
  }

  @Test func throughAPipe() throws {
    try CoreTests.withCore("null") { core in
      let plain = try signature(Command().run(["core", "--format", "json", core]))
      let crashlab = try Command().executable.path
      let piped = try Command(path: "/bin/sh").run([
        "-c", "cat \"$0\" | \"$1\" core --no-keep --format json -", core, crashlab,
      ])
      #expect(try signature(piped) == plain)
      let file = try Command(path: "/bin/sh").run([
        "-c", "\"$1\" core --no-keep --format json - < \"$0\"", core, crashlab,
      ])
      #expect(try signature(file) == plain)
    }
  }

  @Test func belowAnotherRoot() throws {
    try withTemporaryFolder { root in
      try CoreTests.withCore("null") { core in
        let plain = try Command().run(["core", "--no-keep", "--format", "json", core])
        let program = try #require(
          JSONDecoder().decode(RunReport.self, from: Data(plain.output.utf8)).trials.first?
            .images?.first?.path)
        let none = try Command().run(["core", "--no-keep", "--sysroot", root, core])
        #expect(none.status == 0)
        #expect(none.errors.contains("(build identifier "))
        #expect(none.errors.contains("debuginfod-find executable "))
        let place = URL(fileURLWithPath: root + program)
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: program, toPath: place.path)
        let found = try Command().run(
          ["core", "--no-keep", "--sysroot", root, "--format", "json", core])
        let frames = try #require(
          JSONDecoder().decode(RunReport.self, from: Data(found.output.utf8)).trials.first?
            .faults.first?.unwind?.frames)
        #expect(frames.contains { $0.symbol == "main" })
      }
    }
  }

  @Test func everyImageHasItsPlace() throws {
    try CoreTests.withCore("null") { core in
      let plain = try Command().run(["core", "--no-keep", "--format", "json", core])
      let images = try #require(
        JSONDecoder().decode(RunReport.self, from: Data(plain.output.utf8)).trials.first?.images)
      let named = images.filter { $0.path.hasPrefix("/") && $0.buildId != nil }.map(\.path)
      #expect(
        try signature(
          Command().run(
            ["core", "--no-keep", "--format", "json", "--sysroot", "/proc", core]
              + named)) != nil)
      let stranger = try Command().run(["core", "--no-keep", core, named[0], "/bin/sh"])
      #expect(stranger.status == 65)
      #expect(stranger.errors.contains("none has its build identifier"))
    }
  }
}
