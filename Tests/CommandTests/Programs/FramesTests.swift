import Foundation
import Testing

@testable import CrashLab

/// `crashlab frames` of programs that are built for it.
@Suite struct FramesTests {
  private static let source = """
    __attribute__((noinline)) void large(volatile char *p) {
      volatile char frame[100000];
      for (int i = 0; i < 100000; i++) frame[i] = *p;
      *p = frame[99];
    }
    __attribute__((noinline)) void small(volatile char *p) {
      volatile char frame[3000];
      for (int i = 0; i < 3000; i++) frame[i] = *p;
      *p = frame[99];
    }
    int main(int count, char **arguments) { char x = (char)count; large(&x); small(&x); return x; }
    """

  private static let compilers = ["/usr/bin/gcc", "/usr/bin/clang"].filter {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Builds the source and looks at it.
  private func look(
    _ compiler: String, _ flags: [String], _ arguments: [String] = []
  ) throws -> (result: Command.Result, report: LargeFrameReport?) {
    try withTemporaryFolder { folder in
      try FramesTests.source.write(
        toFile: "\(folder)/frames.c", atomically: true, encoding: .utf8)
      let build = Process()
      build.executableURL = URL(fileURLWithPath: compiler)
      build.arguments = flags + ["-o", "\(folder)/frames", "\(folder)/frames.c"]
      try build.run()
      build.waitUntilExit()
      try #require(build.terminationStatus == 0)
      let result = try Command().run(["frames", "\(folder)/frames"] + arguments)
      return (
        result, try? JSONDecoder().decode(LargeFrameReport.self, from: Data(result.output.utf8))
      )
    }
  }

  @Test(arguments: compilers, [["-O0"], ["-O2"], ["-O2", "-fno-omit-frame-pointer"]])
  func aLargeFrameIsFound(compiler: String, flags: [String]) throws {
    let found = try look(compiler, flags + ["-g"], ["--format", "json"])
    let report = try #require(found.report)
    #expect(found.result.status == 0)
    #expect(report.functions.map(\.symbol) == ["large"])
    let function = try #require(report.functions.first)
    // An array of 100,000 bytes: the red zone may hold 128 of them.
    #expect((99_872...100_200).contains(function.step ?? 0))
    #expect(function.frameSize >= function.step ?? 0)
    #expect(function.line == 1)
    #expect(function.file?.hasSuffix("frames.c") == true)
  }

  @Test(arguments: compilers, [["-O0"], ["-O2"]])
  func probesMakeItSafe(compiler: String, flags: [String]) throws {
    let report = try #require(
      try look(compiler, flags + ["-fstack-clash-protection"], ["--format", "json"]).report)
    #expect(report.functions.isEmpty)
    #expect(report.summary.probed >= 1)
  }

  @Test(arguments: compilers)
  func aStrippedStaticProgramIsReadToo(compiler: String) throws {
    let report = try #require(
      try look(compiler, ["-O1", "-static", "-s"], ["--format", "json"]).report)
    #expect(report.functions.contains { (99_872...100_200).contains($0.step ?? 0) })
    #expect(report.summary.notUnderstood * 100 < report.summary.functions)
  }

  @Test(.enabled(if: !compilers.isEmpty, "no C compiler here"))
  func failOverIsAStatus() throws {
    let compiler = try #require(FramesTests.compilers.first)
    #expect(try look(compiler, ["-O1"], ["--fail-over", "65536"]).result.status == 1)
    let large = try look(compiler, ["-O1"], ["--fail-over", "200000"]).result
    #expect(large.status == 0)
  }

  /// Nothing tells where its functions begin: it is told, and fails unless that is allowed.
  @Test(arguments: compilers)
  func codeWithoutUnwindTablesIsNotPassedOver(compiler: String) throws {
    let flags = ["-O1", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"]
    let report = try #require(try look(compiler, flags, ["--format", "json"]).report)
    let pieces = report.uncovered.filter { $0.kind == .code }
    #expect(pieces.map(\.symbol).contains("large"))
    #expect(pieces.contains { $0.symbol == "large" && (99_872...100_200).contains($0.step ?? 0) })
    #expect(report.summary.uncoveredBytes >= pieces.reduce(0) { $0 + $1.size })
    let failing = try look(compiler, flags, ["--fail-over", "200000"]).result
    #expect(failing.status == 1)
    #expect(failing.output.contains("large in .text, moves the stack pointer by"))
    #expect(failing.errors.contains("--allow-uncovered"))
    let allowed = try look(compiler, flags, ["--fail-over", "200000", "--allow-uncovered"]).result
    #expect(allowed.status == 0)
  }

  /// The code lies far from the rest of the file, in a segment of its own.
  @Test(arguments: compilers, [["-pie", "-fPIE"], ["-no-pie", "-fno-pie"]])
  func codeOfTheLargeModelHasItsOwnNames(compiler: String, flags: [String]) throws {
    let report = try #require(
      try look(compiler, ["-O1", "-g", "-mcmodel=large"] + flags, ["--format", "json"]).report)
    #expect(report.functions.map(\.symbol) == ["large"])
  }

  @Test(arguments: [
    ("/no/such/file", 66, "No such file"), ("/etc/passwd", 65, "no ELF file"),
    ("/dev/null", 65, "is no regular file"), ("/etc", 65, "is no regular file"),
  ])
  func errorsSayWhatToDo(path: String, status: Int32, words: String) throws {
    let result = try Command().run(["frames", path])
    #expect(result.status == status)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func layoutHoldsGuardsAgainstFrames() throws {
    let result = try Command().run([
      "layout", "--threads", "1", "--coroutines", "0", "--frames", "--format", "json",
    ])
    let report = try JSONDecoder().decode(LayoutReport.self, from: Data(result.output.utf8))
    // The catalogue's own InlineArray.
    #expect((report.largestFrame ?? 0) > 8 << 20)
    let worker = report.stacks.first { $0.name == "worker-1" }
    #expect(worker?.warnings.contains(.guardSmallerThanFrame) == true)
  }
}
