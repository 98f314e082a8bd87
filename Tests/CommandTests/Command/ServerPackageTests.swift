import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// A server of SwiftNIO that has installed the reporter: an event loop's thread overflows while
/// others ask. It builds SwiftNIO, which takes minutes: only where CRASHLAB_EXAMPLE is set.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["CRASHLAB_EXAMPLE"] != nil, "needs CRASHLAB_EXAMPLE"))
struct ServerPackageTests {
  private func build() throws -> String {
    // Beside this package's own build, so that it is kept and goes as that does.
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("server")
    let result = try Command(path: "/usr/bin/env").run([
      "swift", "build", "--jobs", "2", "--disable-build-manifest-caching", "--scratch-path",
      folder.path, "--package-path", PackageFolder.file("Tests/Programs/ServerPackage").path,
    ])
    try #require(result.status == 0, "\(result.output.suffix(2000))\(result.errors.suffix(2000))")
    return folder.appendingPathComponent("debug/server").path
  }

  /// Starts the server, asks it from four sides, and then sends what is nested too deeply.
  private static let script = """
    exec 9< <(exec "$1" "$2"; ) && read -u 9 port && server=$!
    for i in 1 2 3 4; do
      ( exec 3<>/dev/tcp/127.0.0.1/$port
        while printf '[[[[\\n' >&3 && read -u 3 answer; do [ $answer = 4 ] || exit 9; done ) 2> /dev/null &
    done
    sleep 0.2
    exec 4<>/dev/tcp/127.0.0.1/$port
    { head -c 400000 /dev/zero | tr '\\0' '['; echo; } >&4 2> /dev/null
    wait $server
    echo $?
    """

  @Test func eventLoopIsTold() throws {
    let program = try build()
    try withTemporaryFolder { folder in
      let result = try Command(path: "/bin/bash").run(
        ["-c", ServerPackageTests.script, "bash", program, "\(folder)/reports"],
        environment: ["CRASHLAB_HELPER": try Command().executable.path])
      #expect(result.output.hasSuffix("139\n"), "\(result.output)\(result.errors)")
      let runs = RunFolder.list(in: "\(folder)/reports")
      try #require(runs.count == 1)
      let trial = try #require(
        RunFolder.trials(in: "\(folder)/reports/\(runs[0])").files.first?.trial)
      let fault = try #require(trial.faults.first)
      #expect(fault.site.kind == .guard && fault.signal == .segv)
      #expect(fault.thread.name.hasPrefix("NIO-ELT-"))
      #expect(fault.site.owner == .init(kind: .thread, name: fault.thread.name))
      #expect(fault.unwind?.complete == true)
      let function = fault.unwind?.recursion?.functions.first?.symbol
      #expect(function?.contains("depth") == true)
      // The main thread and the other event loop.
      #expect(trial.threads?.count == 2)
    }
  }
}
