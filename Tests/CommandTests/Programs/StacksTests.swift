import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabModel

/// `crashlab stacks` of programs whose threads use a known part of their stacks.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct StacksTests {
  /// Runs Tests/Programs/Overflows/used-stacks.c, which prints what its thread "deep" has used.
  private func measure(
    size: Int, bytes: Int, threads: Int = 0, _ options: [String] = [], flags: [String] = []
  ) throws -> (used: Int, report: StacksReport, result: Command.Result) {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "used-stacks.c", with: "gcc", ["-O1", "-pthread"] + flags, into: folder)
      let result = try Command().run(
        ["stacks", "--format", "json", "--report", "\(folder)/report"] + options
          + [program, "\(size)", "\(bytes)", "\(threads)"])
      let report = try JSONDecoder().decode(
        StacksReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/report")))
      let used = try #require(
        Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
      return (used, report, result)
    }
  }

  private static let cases = [
    (0, 9000), (0, 300_000), (0, 7_000_000), (32 << 10, 12_000), (64 << 10, 40_000),
    (1 << 20, 777_777),
  ]

  @Test(arguments: cases)
  func pagesTellThePeakWithinAPage(size: Int, bytes: Int) throws {
    let (used, report, result) = try measure(size: size, bytes: bytes)
    #expect(result.status == 0)
    let deep = try #require(report.stacks.first { $0.name == "deep" })
    #expect(deep.count == 1 && deep.entry == "deep" && !deep.exact)
    #expect((0..<4096).contains((deep.peak ?? 0) - used), "\(deep.peak ?? 0), \(used)")
    #expect(deep.headroom == (deep.size ?? 0) - (deep.peak ?? 0))
    #expect((1...4096 * 2).contains(deep.threadLocalStorage ?? 0))
    // Older C libraries take the guard from the size that was asked for.
    if size > 0 { #expect([deep.size, deep.size.map { $0 + 4096 }].contains(size)) }
  }

  @Test(arguments: cases)
  func exactTellsThePeakToTheByte(size: Int, bytes: Int) throws {
    let (used, report, _) = try measure(size: size, bytes: bytes, ["--exact"])
    let deep = try #require(report.stacks.first { $0.name == "deep" })
    #expect(deep.exact)
    #expect((0...64).contains((deep.peak ?? 0) - used), "\(deep.peak ?? 0), \(used)")
  }

  /// Without names the C library's wrapper of madvise(2) is found by its code.
  @Test(arguments: [["-static"], ["-static", "-s"], ["-static-pie", "-s"]])
  func aStaticProgramIsToldToo(flags: [String]) throws {
    let (used, report, _) = try measure(size: 0, bytes: 200_000, flags: flags)
    let deep = try #require(report.stacks.first { $0.name == "deep" })
    #expect((0..<4096).contains((deep.peak ?? 0) - used))
    #expect(deep.bound == .page && deep.advice != nil && report.notes.isEmpty)
  }

  @Test func aSystemCallIsFoundByItsCodeOnlyIfThatIsTheOnlyPlace() {
    let call: [UInt8] = [0xb8, 28, 0, 0, 0, 0x0f, 0x05]
    let other: [UInt8] = [0xb8, 29, 0, 0, 0, 0x0f, 0x05]
    let rows: [([UInt8], Int?)] = [
      ([], nil), (call, 0), (other, nil), (other + [0xc3] + call + [0xc3], 8), (call + call, nil),
      (Array(call.dropLast()), nil), ([0xb8] + call, 1), ([0x0f, 0x05], nil),
    ]
    for (code, place) in rows {
      #expect(SystemCallSite.only(of: SystemCallSite.madvise, in: code) == place, "\(code)")
    }
  }

  /// The second one's pages are the first one's: it is said.
  @Test func manyThreadsOfANameAreOneLine() throws {
    let (_, report, _) = try measure(size: 0, bytes: 20_000, threads: 500)
    let short = try #require(report.stacks.first { $0.name == "short-*" })
    #expect(short.count == 500 && short.unseen == 0)
    #expect(short.entry == "briefly")
    #expect(short.bound == .atMost)
    #expect((short.peak ?? 0) <= 32 << 10)
    #expect(report.stacks.first?.kind == .main)
    #expect(report.stacks.count == 3)
  }

  @Test func adviceWouldHaveHeldIt() throws {
    let (_, report, _) = try measure(size: 0, bytes: 100_000)
    let advice = try #require(report.stacks.first { $0.name == "deep" }?.advice)
    #expect(advice.source == .threadDefault)
    #expect((100_000..<160_000).contains(advice.size))
    let (_, smaller, again) = try measure(size: advice.size, bytes: 100_000)
    #expect(again.status == 0)
    let size = try #require(smaller.stacks.first { $0.name == "deep" }?.size)
    #expect([size, size + 4096].contains(advice.size))
  }

  @Test func failOverIsAStatusAndNamesTheOffender() throws {
    #expect(try measure(size: 65536, bytes: 50_000, ["--fail-over", "90%"]).result.status == 0)
    let (_, _, over) = try measure(size: 65536, bytes: 50_000, ["--fail-over", "60%"])
    #expect(over.status == 1)
    #expect(over.errors.contains("the stack of 'deep' (deep) was used to 52 KiB of 6"))
    #expect(try measure(size: 65536, bytes: 50_000, ["--fail-over", "40K"]).result.status == 1)
  }

  /// Runs the program whose thread waits while the body looks at it.
  private func whileItRuns(
    _ body: (_ process: Int32, _ used: Int, _ end: () -> Void) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "used-stacks.c", with: "gcc", ["-O1", "-pthread"], into: folder)
      let process = Process()
      let (input, output) = (Pipe(), Pipe())
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = ["0", "300000", "0", "wait"]
      (process.standardInput, process.standardOutput) = (input, output)
      try process.run()
      defer { process.waitUntilExit() }
      var isOpen = true
      func end() {
        if isOpen { try? input.fileHandleForWriting.close() }
        isOpen = false
      }
      defer { end() }
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      let used = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
      try body(process.processIdentifier, used, end)
    }
  }

  @Test func aRunningProcessIsLookedAt() throws {
    try whileItRuns { process, used, _ in
      let result = try Command().run(["stacks", "--pid", "\(process)", "--format", "json"])
      #expect(result.status == 0)
      let report = try JSONDecoder().decode(StacksReport.self, from: Data(result.output.utf8))
      let deep = try #require(report.stacks.first { $0.name == "deep" })
      #expect(deep.entry == "deep" && deep.count == 1 && deep.bound == .atMost)
      #expect((0..<4096).contains((deep.peak ?? 0) - used), "\(deep.peak ?? 0), \(used)")
      #expect(report.stacks.first?.kind == .main && report.notes == [.looked])
      #expect(report.command.last == "wait")
    }
  }

  @Test func aProcessIsWatchedToItsEnd() throws {
    try whileItRuns { process, used, end in
      try withTemporaryFolder { folder in
        let watch = try Command().start([
          "stacks", "--pid", "\(process)", "--watch", "0.05", "--fail-over", "200K",
          "--html", "\(folder)/page.html",
        ])
        let page = "\(folder)/page.html"
        #expect(eventually(within: 20) { FileManager.default.fileExists(atPath: page) })
        end()
        let result = try watch.wait()
        #expect(result.status == 1)
        #expect(result.errors.contains("the stack of 'deep' (deep) was used to "))
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(text.contains("deep, deep") && text.contains("<svg"))
      }
    }
  }

  @Test func noSuchProcessIs66() throws {
    let result = try Command().run(["stacks", "--pid", "2147483647"])
    #expect(result.status == 66 && result.errors.contains("no such process"))
  }

  @Test(arguments: [("exit 7", 7), ("kill -9 $$", 137), ("kill -SEGV $$", 139)])
  func statusIsTheProgramsOwn(script: String, status: Int32) throws {
    let result = try Command().run(["stacks", "--", "sh", "-c", script])
    #expect(result.status == status)
    #expect(result.errors.contains("main stack"))
  }

  @Test func aTableHasEightyColumns() throws {
    let result = try Command().run(["stacks", "sh", "-c", "exit 0"])
    #expect(result.status == 0 && result.output.isEmpty)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(result.errors)")
    #expect(lines.first == "stacks of sh -c exit 0: the main stack")
  }

  @Test(arguments: [
    ["stacks"], ["stacks", "--watch", "1", "true"], ["stacks", "--pid", "1", "true"],
    ["stacks", "--pid", "1", "--exact"], ["stacks", "--fail-over", "0", "true"],
    ["stacks", "--fail-over", "120%", "true"],
  ])
  func mistakesAreUsage(arguments: [String]) throws {
    #expect(try Command().run(arguments).status == 64)
  }

  @Test func noSuchProgramIs127() throws {
    #expect(try Command().run(["stacks", "/no/such/program"]).status == 127)
  }
}
