import Foundation
import Testing

/// The reporter where Yama restricts ptrace to children: the crashing process names its helper. A
/// filter of system calls stands for Yama, which few kernels have.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct YamaTests {
  /// - Parameter delay: milliseconds until the helper is named.
  private static func crash(delay: Int) throws -> Command.Result {
    try withTemporaryFolder { folder in
      let yama = try Toolbox.build("yama.c", with: "gcc", ["-D_GNU_SOURCE"], into: folder)
      return try Command(path: yama).run([
        "\(delay)", "env", "LD_PRELOAD=\(try ReporterTests.Built.result.get().library)",
        "CRASHLAB_HELPER=\(try Command().executable.path)", "SWIFT_BACKTRACE=enable=no",
        try Command("foreign").executable.path, "thread",
      ])
    }
  }

  /// The helper may well ask before it was named.
  @Test(arguments: [0, 100]) func helperIsNamed(delay: Int) throws {
    let result = try Self.crash(delay: delay)
    #expect(result.status == 128 + SIGSEGV, "\(result.errors)")
    let counts = try #require(result.output.firstMatch(of: /named 1, denied ([0-9]+)/))
    #expect(delay == 0 || counts.1 != "0")
    #expect(result.errors.contains("stack overflow in thread 'overflower'"), "\(result.errors)")
    #expect(!result.errors.contains("crashlab: pc "))
  }

  /// As with a scope of 2 and 3: the handler tells by itself.
  @Test func nobodyMayLook() throws {
    let result = try Self.crash(delay: -1)
    #expect(result.status == 128 + SIGSEGV)
    #expect(result.errors.contains("crashlab: stack overflow: "), "\(result.errors)")
  }
}
